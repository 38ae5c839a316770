import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import {
  allDefaultsRemoved,
  fiveLosses,
  Lab,
  type LabServer,
  type TwoLinkLab,
  twoLinkLab,
} from '../lab/index.js';
import { fileBytes } from '../lab/servers/file-bytes.mjs';
import { eventually } from './support/eventually.js';
import { lossesToTry } from './support/losses-to-try.js';
import { SessionsApplication } from './support/sessions-application.js';

const BYTES = 20 * 2 ** 20;
const MANY_BYTES = 100 * 2 ** 20;
const PIECE = 2 ** 20;

let folder: string;
let net: TwoLinkLab;
let http: LabServer;
let url: string;

test.beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-downloads-'));
  net = await twoLinkLab({ client: await Lab.here() });
  http = await net.server.http();
  url = `http://${net.addresses.server.v4}:${http.port}`;
});

test.afterEach(async () => {
  await net.close();
  rmSync(folder, { recursive: true });
});

/** Resets downloads from the server's side, which still reaches a client that has lost its default routes; says how many. */
async function resetDownloads(): Promise<number> {
  const script = `fetch('http://127.0.0.1:${http.port}/reset').then((it) => it.text()).then(console.log)`;
  return Number((await net.server.exec(process.execPath, ['-e', script])).stdout);
}

/** Starts a download in a session and waits for a part of it; resolves to its file. */
async function startDownload(
  app: SessionsApplication,
  partition: string,
  { bytes = BYTES, ms = 10 } = {},
): Promise<string> {
  const file = path.join(folder, `${partition}.bin`);
  await app.download(partition, `${url}/file?bytes=${bytes}&ms=${ms}`, file);
  await eventually(() => app.downloaded(partition)).toMatchObject({ state: 'progressing', isUnderWay: true });
  return file;
}

/** Waits for a session's download, and looks at each of its bytes. */
async function expectWhole(
  app: SessionsApplication,
  partition: string,
  file: string,
  bytes = BYTES,
): Promise<void> {
  await expect
    .poll(() => app.downloaded(partition), { timeout: 90_000 })
    .toMatchObject({ state: 'completed', receivedBytes: bytes });
  const [hash, expected] = [createHash('sha256'), createHash('sha256')];
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  for (let at = 0; at < bytes; at += PIECE) expected.update(fileBytes(at, PIECE));
  expect(hash.digest('hex')).toBe(expected.digest('hex'));
}

test('downloads that were cut with no path left go on when there is one, to the right last byte', async () => {
  await using app = await SessionsApplication.launch();
  const file = await startDownload(app, '');
  await startDownload(app, 'plain');
  const undo = await allDefaultsRemoved(net.client, { family: 4 });
  expect(await resetDownloads()).toBe(2);
  for (const partition of ['', 'plain']) {
    await eventually(() => app.downloaded(partition)).toMatchObject({ state: 'interrupted' });
  }
  await undo();
  await expectWhole(app, '', file);
  expect(await app.downloaded('plain')).toMatchObject({ state: 'interrupted' });
});

for (const { what, lose, isTotal } of lossesToTry([fiveLosses.bestDefaultRemoved])) {
  test(`a download of 100 MB goes on from where it was when ${what}, to the right last byte`, async () => {
    test.setTimeout(120_000);
    await using app = await SessionsApplication.launch();
    const file = await startDownload(app, '', { bytes: MANY_BYTES, ms: 3 });
    const undo = await lose(net);
    await eventually(async () => (await app.downloaded(''))?.interruptions).toBeGreaterThan(0);
    if (isTotal) await undo();
    await expectWhole(app, '', file, MANY_BYTES);
    // It was asked for the rest only.
    expect(await app.downloaded('')).toMatchObject({ setbacks: 0 });
  });
}

test('a download that a server cuts again and again goes on each time', async () => {
  await using app = await SessionsApplication.launch();
  const file = await startDownload(app, 'later');
  for (let cut = 0; cut < 3; cut++) {
    const before = (await app.downloaded('later'))?.receivedBytes ?? 0;
    await eventually(resetDownloads).toBe(1);
    await eventually(async () => (await app.downloaded('later'))?.receivedBytes).toBeGreaterThan(before);
  }
  await expectWhole(app, 'later', file);
});

test('a download that was paused stays as it is', async () => {
  await using app = await SessionsApplication.launch();
  await startDownload(app, '');
  await app.pauseDownload('');
  const file = await startDownload(app, 'later');
  expect(await resetDownloads()).toBe(2);
  await expectWhole(app, 'later', file);
  const paused = await app.downloaded('');
  expect(paused).toMatchObject({ isPaused: true });
  expect(paused?.receivedBytes).toBeLessThan(BYTES);
});
