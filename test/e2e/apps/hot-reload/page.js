// A page in development: a socket, subscriptions, and a development server that reloads it when its source has changed.
import { getRoamkit, RoamingWebSocket } from 'roamkit/renderer';
import { version } from './version.js';

const roamkit = getRoamkit();
const log = [];
const socket = new RoamingWebSocket(new URLSearchParams(location.search).get('url'));

socket.onopen = () => log.push({ event: 'open' });
socket.onclose = ({ code }) => log.push({ event: 'close', code });
roamkit.on('change', () => {});
roamkit.subscribe(() => {});
roamkit.on('reconnect', ({ urgency }) => log.push({ event: 'reconnect', urgency }));
const builds = new EventSource('/esbuild');
builds.addEventListener('change', () => location.reload());
builds.onopen = () => {
  document.documentElement.dataset.isWatched = '';
};

document.getElementById('version').textContent = version;
window.pageSide = { roamkit, log, socket };
