// An application with hundreds of connections of Chromium's, guarded by one line: `startRoamkit()`. Its pages hold them, each in a
// session of its own. Told what to do by lines of JSON on stdin; see crowd-protocol.ts.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

const { sides, membersAPage } = JSON.parse(process.env.ROAMKIT_CHAOS);

const pages = [];
/** By the client's port: the member whose connection it is. */
const members = new Map();
/** The members whose connections are open, and by which link those leave. */
const open = new Map();
const suspectAt = new WeakMap();

// Not while something happens: what is said would delay what is measured.
const unsaid = [];

function say(report) {
  if (unsaid.push(report) > 1) return;
  setImmediate(() => {
    for (const each of unsaid.splice(0)) console.log(JSON.stringify(each));
  });
}

function follow({ registry, monitor }) {
  registry.on('suspect', ({ connection }) => {
    suspectAt.set(connection, monitor.receivedAt);
    say({ is: 'noticed', what: 'suspect' });
  });
  for (const what of ['recovered', 'rerouted']) registry.on(what, () => say({ is: 'noticed', what }));
  registry.on('invalidated', ({ connection, reason }) => {
    const { address, port } = connection.flow.local;
    const now = Number(process.hrtime.bigint()) / 1e6;
    const lateMs = now - suspectAt.get(connection) - connection.policy[reason].graceMs;
    const side = sides[address];
    // One that no member has any more waits in a pool, or is being closed.
    if (side !== undefined) say({ is: 'invalidated', id: members.get(port) ?? -1, side, reason, lateMs });
  });
}

/** Takes in what a page has said; Electron's warnings come the same way. */
function hear(text) {
  if (!text.startsWith('{')) return;
  const report = JSON.parse(text);
  if (report.is === 'opened') {
    members.set(report.port, report.id);
    open.set(report.id, report.side);
  } else {
    open.delete(report.id);
    say(report);
  }
}

async function addPage() {
  const window = new BrowserWindow({
    width: 200,
    height: 100,
    // Electron slows down the timers of windows that are not in front.
    webPreferences: { partition: `crowd ${pages.length}`, backgroundThrottling: false },
  });
  window.webContents.on('console-message', (event, _level, message) => hear(message ?? event.message));
  await window.loadFile(fileURLToPath(new URL('./page.html', import.meta.url)));
  pages.push(window.webContents);
}

function inPages(call) {
  return Promise.all(pages.map((page, index) => page.executeJavaScript(call(index))));
}

async function openMembers(wanted) {
  const pageOf = ({ id }) => Math.floor(id / membersAPage);
  while (pages.length <= Math.max(...wanted.map(pageOf))) await addPage();
  for (const { id } of wanted) open.delete(id);
  const addressed = wanted.map((member) => ({
    ...member,
    address: `${member.host.includes(':') ? `[${member.host}]` : member.host}:${member.port}`,
  }));
  await inPages(
    (index) => `crowd.open(${JSON.stringify(addressed.filter((member) => pageOf(member) === index))})`,
  );
  say({ is: 'opened' });
}

async function prove(side) {
  const silent = await inPages(() => `crowd.prove(${JSON.stringify(side)})`);
  say({ is: 'proven', silent: silent.flat() });
}

function list(monitor) {
  const connections = [...open].map(([id, side]) => ({ id, side }));
  say({ is: 'listed', connections, flows: monitor.stats.flows });
}

void app.whenReady().then(async () => {
  // There is no internet to probe in the lab.
  const roamkit = await startRoamkit({ injectPreload: false, portal: false });
  follow(roamkit);
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const command = JSON.parse(line);
      if (command.do === 'open') void openMembers(command.members);
      else if (command.do === 'prove') void prove(command.side);
      else list(roamkit.monitor);
    })
    .on('close', () => app.quit());
  console.log(JSON.stringify({ is: 'ready' }));
});
