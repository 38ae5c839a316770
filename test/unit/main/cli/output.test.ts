import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { Output, type OutputStream } from '../../../../main/cli/output.js';

const terminal = () => Object.assign(new PassThrough(), { isTTY: true });
const coloured = (stream: OutputStream, env: Record<string, string>) =>
  new Output(stream, { isJson: false, env }).paint('red', 'x') !== 'x';

describe('Output', () => {
  it('colours on a terminal only, and not under NO_COLOR or on a dumb terminal', () => {
    expect(coloured(terminal(), {})).toBe(true);
    expect(coloured(terminal(), { NO_COLOR: '' })).toBe(true);
    expect(coloured(terminal(), { NO_COLOR: '1' })).toBe(false);
    expect(coloured(terminal(), { TERM: 'dumb' })).toBe(false);
    expect(coloured(new PassThrough(), {})).toBe(false);
  });

  it('has written a line when print returns', () => {
    const stream = new PassThrough().setEncoding('utf8');
    new Output(stream, { isJson: true, env: {} }).print({ event: 'a' }, () => 'human');
    expect(stream.read()).toBe('{"event":"a"}\n');
  });

  it('prints for people unless JSON was asked for', () => {
    const stream = new PassThrough().setEncoding('utf8');
    new Output(stream, { isJson: false, env: {} }).print({ event: 'a' }, () => 'human');
    expect(stream.read()).toBe('human\n');
  });

  it('takes a reader who went away for the end, not for a failure', async () => {
    const { output, closed } = await broken('EPIPE');
    expect(closed).toHaveBeenCalledOnce();
    expect(output.isClosed).toBe(true);
    expect(output.failure).toBeNull();
    await output.write('to nobody');
    await output.flush(0);
  });

  it('takes a full disk for a failure', async () => {
    const { output, closed } = await broken('ENOSPC');
    expect(closed).toHaveBeenCalledOnce();
    expect(output.failure).toMatchObject({ code: 'ENOSPC' });
  });

  it('waits no longer than asked for a reader who does not read', async () => {
    const stalled = new Writable({ write: () => {} });
    const output = new Output(stalled, { isJson: true, env: {} });
    output.print({}, () => '');
    await output.flush(1);
    expect(output.isClosed).toBe(false);
  });
});

async function broken(code: string) {
  const error = Object.assign(new Error(code), { code });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(error), autoDestroy: false });
  const output = new Output(stream, { isJson: true, env: {} });
  const closed = vi.fn();
  output.onClosed(closed);
  await output.write('first\n');
  await vi.waitFor(() => expect(output.isClosed).toBe(true));
  return { output, closed };
}
