import { getRoamkit } from 'roamkit/renderer';
import type { DemoView } from '../shared/view.js';
import { Arrivals } from './arrivals.js';
import { showCaption } from './caption-view.js';
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

function receiveView(view: DemoView): void {
  if (latest !== null && view.revision < latest.revision) return;
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

async function start(): Promise<void> {
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
  receiveView(view);
  keepTimes();
  new OwnWebSocket(webSocketUrl, roamkit, demo.reportSocket).follow();
}

void start();
