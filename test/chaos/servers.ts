// A server of each library named in argv, in one process; tells their ports in a line of JSON.
import { libraryOf } from '../fixtures/libraries/index.js';

const ports: Record<string, number> = {};
for (const name of process.argv.slice(2)) ports[name] = await (await libraryOf(name)).serve();
console.log(JSON.stringify(ports));
process.stdin.resume().on('close', () => process.exit(0));
