// A page that shows the network and has no connections.
import { getRoamkit } from 'roamkit/renderer';

const roamkit = getRoamkit();
const log = [];

roamkit.on('change', ({ next }) => log.push({ event: 'change', generation: next.generation, seq: next.seq }));
window.pageSide = { roamkit, log };
