#!/usr/bin/env node
import { runCli } from './run-cli.js';

// Whatever slips through is still one line, as every failure is (docs/cli.md).
process.on('uncaughtException', (error) => {
  process.stderr.write(`roamkit: ${error.message.replaceAll('\n', ' ')}\n`);
  process.exit(3);
});

// exit() rather than letting the loop run dry: a name that getaddrinfo still looks up would hold the process for
// seconds. By now everything is written.
void runCli(process.argv.slice(2)).then((code) => process.exit(code));
