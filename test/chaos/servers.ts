// A server of each library named in argv, in one process; tells their ports in a line of JSON.
import { constants, setPriority } from 'node:os';
import { libraryOf } from '../fixtures/libraries/index.js';

// Real ones are other machines: they take no time from the application, whose connections fall at the same time as theirs.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const ports: Record<string, number> = {};
for (const name of process.argv.slice(2)) ports[name] = await (await libraryOf(name)).serve();
console.log(JSON.stringify(ports));
process.stdin.resume().on('close', () => process.exit(0));
