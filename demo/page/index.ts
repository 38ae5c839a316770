import { registerPortalPrompt } from 'roamkit/portal-prompt';
import { getRoamkit, RoamingWebSocket } from 'roamkit/renderer';
import type { DemoView } from '../shared/view.js';
import { Arrivals } from './arrivals.js';
import { showCaption } from './caption-view.js';
import { Chat } from './chat.js';
import { listenToUser, showChat } from './chat-view.js';
import { showConnections } from './connections-view.js';
import { demo } from './demo-bridge.js';
import { showLinks } from './links-view.js';
import { readMainClock } from './main-clock.js';
import { onceAFrame } from './once-a-frame.js';
import { OwnWebSocket } from './own-web-socket.js';
import { keepTimes } from './since.js';
import { showScene, showStatus } from './status-view.js';
import { TimelineView } from './timeline-view.js';

let latest: DemoView | null = null;
let chat: Chat | null = null;

function receiveView(view: DemoView): void {
  if (latest !== null && view.revision < latest.revision) return;
  // In the lab somebody comments on the story, whatever becomes of the network meanwhile.
  if (view.caption !== null && view.caption.step !== latest?.caption?.step) chat?.say(view.caption.title);
  latest = view;
  show();
}

const show = onceAFrame(() => {
  if (latest !== null) showView(latest);
});

function showView(view: DemoView): void {
  showScene(view.scene);
  showConnections(view.connections);
  showLinks(view.links);
  showCaption(view.caption);
}

function openChat(url: string): Chat {
  const socket = new RoamingWebSocket(url, [], { label: 'Chat in this page', whileDown: 'refuse' });
  const opened: Chat = new Chat(
    socket,
    onceAFrame(() => showChat(opened)),
  );
  listenToUser(opened);
  return opened;
}

async function start(): Promise<void> {
  registerPortalPrompt();
  const roamkit = getRoamkit();
  roamkit.subscribe(onceAFrame(() => showStatus(roamkit.getSnapshot())));
  showStatus(await roamkit.ready);

  const clock = await readMainClock(demo.clock);
  const arrivals = new Arrivals(roamkit, () => timeline.show());
  const timeline: TimelineView = new TimelineView(clock, arrivals);
  demo.onTimeline((entries) => timeline.add(entries, performance.now()));
  demo.onView(receiveView);
  const { view, timeline: entries, webSocketUrl } = await demo.snapshot();
  timeline.add(entries, null);
  chat = openChat(webSocketUrl);
  receiveView(view);
  keepTimes();
  new OwnWebSocket(webSocketUrl, roamkit, demo.reportSocket).follow();
}

void start();
