import { expect, test } from '@playwright/test';
import { Lab, twoLinkLab } from '../lab/index.js';
import { bundlePages, type OtherVersion } from './support/bundle-pages.js';
import { PlainApplication, type PlainOptions, track } from './support/plain-application.js';

// Page, preload script and main process come from different builds. Where they are not of one version they refuse each
// other, and the page goes on as in a plain browser.

/** An application whose windows run something of another version of roamkit. */
async function launch(other: OtherVersion): Promise<PlainApplication> {
  const pages = await bundlePages('plain', other);
  const ownPreload: PlainOptions = {
    options: { injectPreload: false },
    webPreferences: { preload: `${pages}/preload.cjs` },
  };
  return PlainApplication.launch({ pages, ...(other === 'page' ? {} : ownPreload) });
}

const cases: readonly {
  readonly other: OtherVersion;
  readonly what: string;
  readonly who: string;
  /** What main has refused by then. */
  readonly refused: number;
}[] = [
  { other: 'page', what: 'a page of another version', who: 'its preload script', refused: 0 },
  { other: 'preload', what: 'a preload script of another version', who: 'its preload script', refused: 0 },
  { other: 'both', what: 'a page and preload of another version', who: 'the main process', refused: 1 },
];

for (const { other, what, who, refused } of cases) {
  test(`${what} is refused with a typed error, and goes on with what it knows by itself`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await launch(other);
    const page = await app.page();
    const found = await page.evaluate(() => {
      const { roamkit } = pageSide;
      const { status, capabilities } = roamkit.getSnapshot();
      const { code, reason } = roamkit.refusal ?? {};
      return { status, backend: capabilities.backend, missing: capabilities.missing, code, reason };
    });
    expect(found).toEqual({
      status: 'unknown',
      backend: 'none',
      missing: [expect.stringMatching(new RegExp(`${who}.*: use the same in both`))],
      code: 'ERR_ROAMKIT_IPC_REFUSED',
      reason: 'version',
    });
    expect(await track(page, `ws://${net.addresses.server.v4}`)).toBe(0);
    const stats = await app.ipcStats();
    expect(stats).toMatchObject({ accepted: 0, refused, subscribedWindows: 0, trackedConnections: 0 });
    expect(stats.refusedFor.version).toBe(refused);
  });
}
