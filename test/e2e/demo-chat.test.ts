import { expect, type Locator, type Page, test } from '@playwright/test';
import { startLabServers } from '../../demo/driver/play-story.js';
import type { User } from '../../demo/driver/step.js';
import { prepareStory } from '../../demo/driver/story.js';
import { optionsArgument } from '../../demo/shared/options.js';
import { Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { packagedDemo } from './support/packaged-demo.js';

// The chat of the demo, which is packaged (demo.test.ts), through all that its story does to the network.

/** A user in the demo's window, who writes one message after the other. */
class Writer {
  readonly said: string[] = [];
  #isWriting = true;
  readonly #ended: Promise<void>;

  constructor(page: Page) {
    this.#ended = this.#write(page.getByRole('textbox', { name: 'Message' }));
    // Who waits for stop() hears of it; where the window is closed before that, something else went wrong.
    this.#ended.catch(() => {});
  }

  /** Resolves when the last message was sent. */
  async stop(): Promise<void> {
    this.#isWriting = false;
    await this.#ended;
  }

  async #write(input: Locator): Promise<void> {
    while (this.#isWriting) {
      const text = `message ${this.said.length + 1}`;
      await input.fill(text);
      await input.press('Enter');
      this.said.push(text);
    }
  }
}

// Typing is slow where the machine is busy.
const patiently = expect.configure({ timeout: 30_000 });

// Until the hotel, the story asks nothing of anybody.
const nobody: User = { openSignIn: async () => {}, signIn: async () => {} };

test('whatever becomes of the network, each message that the user sends arrives once, in order', async () => {
  test.slow();
  await using net = await twoLinkLab({ client: await Lab.here() });
  // This host outlives the lab, and so would the story's rule.
  await using _rule = {
    [Symbol.asyncDispose]: async () => {
      await net.client.ip(`rule del from ${net.addresses.wifi.v4}`);
    },
  };
  const scene = await startLabServers(net);
  const server = await net.server.chat();
  const webSocket = { host: scene.webSocket.host, port: server.port };
  const steps = await prepareStory(net);
  const options = optionsArgument({ network: { ...scene, webSocket }, isHeadless: true, userData: null });
  await using app = await Application.openPackaged(packagedDemo('roamkit-demo'), [options]);
  const page = await app.page();
  await patiently(page.locator('#chat-state')).toHaveText('open');
  const messages = page.locator('#chat-lines li');
  const fates = messages.locator('.chat-fate');
  const writer = new Writer(page);
  for (const { title, play } of steps) {
    // From here on the story is demo.test.ts's.
    if (title === 'A hotel’s Wi-Fi') break;
    await play(nobody);
    const saidBefore = writer.said.length;
    await patiently.poll(() => writer.said.length, title).toBeGreaterThan(saidBefore + 2);
    if (title === 'All default routes are gone') {
      await patiently(page.locator('#chat-state')).toHaveText('comes back');
      await patiently(fates.last()).toHaveText('on its way');
    } else {
      await patiently(fates.nth(saidBefore + 1), title).toContainText('there after');
    }
  }
  await writer.stop();
  const { said } = writer;
  await patiently(messages).toHaveCount(said.length);
  await patiently(messages.locator('.chat-text')).toHaveText(said);
  await patiently(fates.filter({ hasNotText: 'there after' })).toHaveCount(0);
  // The first line is the server's port.
  const kept = () => server.process.lines.slice(1).map((line) => JSON.parse(line).text as string);
  await patiently.poll(kept).toEqual(said);
});
