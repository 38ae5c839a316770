import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../fixtures/program.js';
import { type Host, type HostProcess, Lab } from '../lab/index.js';

// How processes end that have a monitor open: no crash, no hang, the right exit code. The programs: fixtures/programs/process-end.ts.

let lab: Lab;
let host: Host;
let nextRoute = 0;

beforeAll(async () => {
  lab = await Lab.create();
  host = await lab.host('alone');
});
afterAll(() => lab?.close());

/** Something to hear. */
async function addRoute(): Promise<void> {
  nextRoute += 1;
  await host.ip(`route add blackhole 10.${nextRoute >> 8}.${nextRoute & 255}.0/24`);
}

function start(scenario: string): Promise<HostProcess> {
  return startProgram(host, 'process-end', { scenario });
}

/** Its end, or `null` where it does not come. */
async function end(program: HostProcess, timeoutMs = 5000) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  const exit = await Promise.race([program.exit, late]);
  clearTimeout(timer);
  if (exit === null) await program.stop('SIGKILL');
  return exit;
}

const withCode = (code: number) => ({ code, signal: null });

describe('a process with an open monitor', () => {
  it.each([
    ['runs out of work', 0],
    ['ends while it starts', 0],
    ['exits while it starts', 5],
    ['exits with many open monitors', 6],
  ])('that %s ends with code %i', async (scenario, code) => {
    const program = await start(scenario);
    expect(await end(program)).toEqual(withCode(code));
    expect(program.stderr).toBe('');
  });

  it('that waits for a look for portals ends after that', async () => {
    const program = await start('waits for a look');
    expect(await end(program)).toEqual(withCode(0));
    expect(program.lines).toEqual(['offline']);
  });

  it('that is held by ref() lives until unref()', async () => {
    const program = await start('is held by ref()');
    await program.nextLine((line) => line === 'ready');
    await addRoute();
    expect(await end(program)).toEqual(withCode(0));
    expect(program.lines).toEqual(['ready', 'heard']);
  });

  it.each([
    ['exits in a listener', 7],
    ['closes in a listener', 0],
    ['throws in a listener', 1],
  ])('that %s ends with code %i', async (scenario, code) => {
    const program = await start(scenario);
    await program.nextLine((line) => line === 'ready');
    await addRoute();
    expect(await end(program)).toEqual(withCode(code));
    if (code === 1) expect(program.stderr).toContain('Error: on purpose');
  });

  it('that survives what a listener throws goes on as if nothing had been', async () => {
    const program = await start('throws in a listener and goes on');
    await program.nextLine((line) => line === 'ready');
    await addRoute();
    expect(await program.nextLine()).toBe('batch, applied');
    expect(await program.nextLine()).toBe('uncaught on purpose');
    await addRoute();
    expect(await program.nextLine()).toBe('batch, applied');
    await host.ip('rule add pref 77 lookup 77', { family: 4 });
    expect(await end(program)).toEqual(withCode(0));
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('ends by %s', async (signal) => {
    const program = await start('is killed');
    await program.nextLine((line) => line === 'ready');
    process.kill(program.pid, signal);
    expect(await end(program)).toEqual({ code: null, signal });
  });
});

describe('worker threads', () => {
  it('with a monitor each may be terminated in the middle of a storm', async () => {
    const program = await start('terminates workers');
    await program.nextLine((line) => line === 'ready');
    let isOver = false;
    const storm = (async () => {
      while (!isOver) {
        await host.ip(
          Array.from({ length: 300 }, (_, n) => [
            `route add blackhole 11.0.${n & 255}.${n >> 8}/32 table 77`,
            `route del blackhole 11.0.${n & 255}.${n >> 8}/32 table 77`,
          ]).flat(),
        );
      }
    })();
    const exit = await end(program, 15_000);
    isOver = true;
    await storm;
    expect(exit).toEqual(withCode(0));
    expect(program.lines).toEqual(['ready', 'terminated']);
    expect(program.stderr).toBe('');
  });

  it('may be terminated while their monitor starts', async () => {
    const program = await start('terminates workers that start');
    expect(await end(program, 15_000)).toEqual(withCode(0));
    expect(program.lines).toEqual(['terminated']);
    expect(program.stderr).toBe('');
  });

  it('may be terminated while they ask which connections there are', async () => {
    const program = await start('terminates workers that take inventories');
    expect(await end(program, 15_000)).toEqual(withCode(0));
    expect(program.lines).toEqual(['terminated']);
    expect(program.stderr).toBe('');
  });

  it('end by themselves with a monitor open', async () => {
    const program = await start('has a worker that ends by itself');
    expect(await end(program)).toEqual(withCode(0));
    expect(program.lines).toEqual(['worker ended with 0']);
  });
});
