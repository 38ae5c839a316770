// An application whose network code runs beside the main process: in a utility process, and in a worker thread. Both run helper.cjs.
// There is no window, and roamkit in the main process only for those who ask for it.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { app, utilityProcess } from 'electron';
import { startRoamkit } from 'roamkit/main';

const { host, port } = JSON.parse(process.env.ROAMKIT_E2E);
const script = path.join(import.meta.dirname, 'helper.cjs');
const target = JSON.stringify({ host, port });

const kinds = {
  'utility process': () => {
    const child = utilityProcess.fork(script, [target], { stdio: 'inherit' });
    return { port: child, stop: () => child.kill() };
  },
  'worker thread': () => {
    const worker = new Worker(script, { argv: [target] });
    return { port: worker, stop: () => void worker.terminate() };
  },
};

globalThis.mainSide = {
  log: [],
  async start() {
    // There is no internet to probe in the lab.
    this.roamkit = await startRoamkit({ portal: false });
  },
  /** Starts a helper; what it says is in the log, and how it ended: `exit 0`. */
  startHelper(kind) {
    const { port: messages, stop } = kinds[kind]();
    messages.on('message', (event) => mainSide.log.push({ event }));
    messages.on('exit', (code) => mainSide.log.push({ event: `exit ${code}` }));
    mainSide.tellHelper = (message) => messages.postMessage(message);
    mainSide.stopHelper = stop;
  },
};

void app.whenReady();
