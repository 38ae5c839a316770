import { expect, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { SocketsApplication } from './support/sockets-application.js';

// The machine sleeps, as far as the application can tell: Electron's powerMonitor says so.

/** Writes what the bus says about the power into the main process's log. */
async function logPower({ application }: SocketsApplication): Promise<void> {
  await application.electron.evaluate(() => {
    const { roamkit, log } = mainSide;
    roamkit.registry.on('resumed', () => log.push({ event: 'resumed' }));
    roamkit.bus.subscribe('system-state', (message) => {
      if ('power' in message) log.push({ event: `bus ${message.power}` });
    });
    roamkit.bus.subscribe('network', (message) => {
      if ('trigger' in message && message.src === 'resume') log.push({ event: 'bus cpdcheck' });
    });
  });
}

function tell({ application }: SocketsApplication, event: 'suspend' | 'resume'): Promise<boolean> {
  return application.electron.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), event);
}

test('after a sleep in which nothing happened, both sides hear that they may go, and no socket is closed', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await SocketsApplication.launch(net, 'v4');
  await logPower(app);
  await tell(app, 'suspend');
  await eventually(() => app.main.story()).toEqual(['bus suspend']);
  await tell(app, 'resume');
  await eventually(() => app.page.story()).toEqual(['reconnect now']);
  await eventually(() => app.main.story()).toHaveLength(5);
  const story = await app.main.story();
  expect(story.slice(0, 2)).toEqual(['bus suspend', 'resumed']);
  expect(story.slice(2).sort()).toEqual(['bus cpdcheck', 'bus resume', 'reconnect now']);
  await app.expectEchoes();
});

test('a link lost in a sleep closes nothing until the resume; then the dead are closed before anybody is told to go', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await SocketsApplication.launch(net, 'v4');
  await logPower(app);
  await tell(app, 'suspend');
  await eventually(() => app.main.story()).toEqual(['bus suspend']);
  await linkDown(net.ethernet.a);
  await eventually(() => app.main.story()).toContain('suspect main link-down');
  // The default grace period (100 ms), several times over.
  const isClosed = (story: readonly string[]) => story.some((line) => line.startsWith('invalidated'));
  const until = performance.now() + 400;
  while (performance.now() < until) expect(isClosed(await app.main.story())).toBe(false);
  await tell(app, 'resume');
  for (const side of app.sides) {
    await eventually(() => side.story()).toContain('open');
    await side.echo();
  }
  const story = await app.main.story();
  const place = (line: string): number => story.indexOf(line);
  expect(story).toEqual(expect.arrayContaining(['invalidated main link-down', 'bus resume']));
  expect(place('invalidated main link-down')).toBeLessThan(place('resumed'));
  expect(place('resumed')).toBeLessThan(place('bus resume'));
  const lastInvalidated = story.findLastIndex((line) => line.startsWith('invalidated'));
  expect(story.findLastIndex((line) => line.startsWith('reconnect now'))).toBeGreaterThan(lastInvalidated);
});
