import { expect, test } from '@playwright/test';
import { Lab, linkDown, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { eventually } from './support/eventually.js';

// The Node API (`roamkit`) where applications put their network code in Electron: beside the main process.

/** apps/node-api: an application with one helper, which holds a connection. */
class HelpedApplication implements AsyncDisposable {
  private constructor(readonly application: Application) {}

  static async launch(net: TwoLinkLab, kind: string): Promise<HelpedApplication> {
    const { port } = await net.server.tcpEcho();
    const settings = { host: net.addresses.server.v4, port };
    const application = await Application.launch('node-api', 'main.mjs', settings);
    const helped = new HelpedApplication(application);
    await eventually(() => application.electron.evaluate(() => globalThis.mainSide !== undefined)).toBe(true);
    await application.electron.evaluate((_electron, name) => mainSide.startHelper(name), kind);
    await eventually(() => helped.story()).toEqual(
      expect.arrayContaining(['backend netlink', 'ready', 'connected']),
    );
    return helped;
  }

  /** What the helper told. */
  async story(): Promise<readonly string[]> {
    const log = await this.application.electron.evaluate(() => mainSide.log);
    return log.map(({ event }) => event);
  }

  tell(message: string): Promise<void> {
    return this.application.electron.evaluate((_electron, text) => mainSide.tellHelper(text), message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}

for (const kind of ['utility process', 'worker thread']) {
  test(`in a ${kind}, monitor and registry work: a dead connection is closed, and it can be ended`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await HelpedApplication.launch(net, kind);
    await app.tell('echo');
    await eventually(() => app.story()).toContain('echo hello');
    await linkDown(net.ethernet.a);
    await eventually(() => app.story()).toEqual(
      expect.arrayContaining([
        'default path wlan0',
        'invalidated link-down',
        'error true ERR_ROAMKIT_UNROUTABLE',
      ]),
    );
    await app.tell('close');
    await eventually(() => app.story()).toContain('exit 0');
  });

  test(`a ${kind} that is stopped without a farewell leaves the application well`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await HelpedApplication.launch(net, kind);
    await app.application.electron.evaluate(() => mainSide.stopHelper());
    await eventually(async () => (await app.story()).at(-1)).toMatch(/^exit \d+$/);
    // Another one may follow it.
    await app.application.electron.evaluate((_electron, name) => {
      mainSide.log.length = 0;
      mainSide.startHelper(name);
    }, kind);
    await eventually(() => app.story()).toEqual(expect.arrayContaining(['backend netlink', 'connected']));
  });
}

test('a worker thread has a monitor of its own beside that of the main process', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await HelpedApplication.launch(net, 'worker thread');
  await app.application.electron.evaluate(() => mainSide.start());
  await linkDown(net.ethernet.a);
  await eventually(() => app.story()).toContain('default path wlan0');
  const link = () =>
    app.application.electron.evaluate(() => mainSide.roamkit.monitor.state.defaultPaths[4]?.link);
  await eventually(link).toBe('wlan0');
});
