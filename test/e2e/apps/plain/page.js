import { getRoamkit } from 'roamkit/renderer';

const roamkit = getRoamkit();
const log = [];

roamkit.on('change', ({ next }) => log.push({ event: 'change', generation: next.generation, seq: next.seq }));
roamkit.on('invalidated', (event) => log.push({ event: 'invalidated', ...event }));
roamkit.on('reconnect', (signal) => {
  log.push({ event: 'reconnect', ...signal, known: roamkit.getSnapshot().generation });
});
window.pageSide = { roamkit, log };
