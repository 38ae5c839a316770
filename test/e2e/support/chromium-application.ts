import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type { LabServer, TwoLinkLab } from '../../lab/index.js';
import { Application } from './application.js';

const DENY_CALL = fileURLToPath(new URL('../../fixtures/deny-call.py', import.meta.url));

declare global {
  /** apps/chromium. */
  var plainPage: {
    readonly log: string[];
    readonly openSocket: (where: 'far' | 'near') => Promise<unknown>;
    readonly echo: (where: 'far' | 'near') => Promise<string>;
    readonly openStream: (path: string, where?: 'far' | 'near') => Promise<void>;
    readonly hang: (path: string) => void;
    readonly openEvents: () => Promise<void>;
    readonly fillPool: () => Promise<unknown>;
    readonly whoAmI: () => Promise<string>;
  };
}

/**
 * apps/chromium: a page without any code of ours, with connections to a server far away (over Ethernet, at first) and to one near
 * by (the Wi-Fi's router, which no loss of Ethernet concerns).
 */
export class ChromiumApplication implements AsyncDisposable {
  private constructor(
    readonly application: Application,
    readonly page: Page,
    readonly far: LabServer,
  ) {}

  /** `deny`: a system call and the errno that it fails with, for all of Electron's processes. */
  static async launch(
    net: TwoLinkLab,
    {
      isGuarded = true,
      deny,
    }: { readonly isGuarded?: boolean; readonly deny?: readonly [call: string, errno: string] } = {},
  ): Promise<ChromiumApplication> {
    const far = await net.server.http();
    const [farSocket, near, nearSocket] = await Promise.all([
      net.server.webSocketEcho(),
      net.router.http(),
      net.router.webSocketEcho(),
    ]);
    const farAddress = net.addresses.server.v4;
    const nearAddress = net.addresses.wifiGateway.v4;
    const query = {
      farHttp: `http://${farAddress}:${far.port}`,
      farWebSocket: `ws://${farAddress}:${farSocket.port}`,
      nearHttp: `http://${nearAddress}:${near.port}`,
      nearWebSocket: `ws://${nearAddress}:${nearSocket.port}`,
    };
    const launch = () => Application.launch('chromium', 'main.cjs', { query, isGuarded });
    const application = await (deny === undefined ? launch() : withDenied(deny, launch));
    return new ChromiumApplication(application, await application.page(), far);
  }

  /** What the page noted. */
  log(): Promise<readonly string[]> {
    return this.page.evaluate(() => plainPage.log);
  }

  /** All kinds of connections to the far server, and some to the near one. */
  async openAll(): Promise<void> {
    await this.page.evaluate(async () => {
      const { openSocket, openStream, openEvents, fillPool, hang } = plainPage;
      await fillPool();
      await Promise.all([openSocket('far'), openStream('/stream'), openEvents()]);
      await Promise.all([openSocket('near'), openStream('/stream', 'near')]);
      hang('/slow?ms=600000');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}

async function withDenied<T>([call, errno]: readonly [string, string], launch: () => Promise<T>): Promise<T> {
  const executable = process.env['ROAMKIT_ELECTRON_EXECUTABLE'] ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-denied-'));
  const wrapper = path.join(folder, 'electron');
  writeFileSync(wrapper, `#!/bin/sh\nexec python3 '${DENY_CALL}' ${call} ${errno} '${executable}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  process.env['ROAMKIT_ELECTRON_EXECUTABLE'] = wrapper;
  try {
    return await launch();
  } finally {
    process.env['ROAMKIT_ELECTRON_EXECUTABLE'] = executable;
    rmSync(folder, { recursive: true, force: true });
  }
}
