#!/usr/bin/env node
// Runs a command with the right to make network namespaces:
//
//   node test/lab/enter.mjs [--own-net] COMMAND [ARGS...]
//
// As root, the command runs as it is. As an ordinary user it runs in a user namespace, where it is root over nothing but
// network namespaces of its own. With --own-net it gets, in both cases, a fresh network namespace with nothing but `lo`, and
// may use Lab.here(). Stdio, signals and the exit code pass through; if this process is killed, the command ends too.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;

const args = process.argv.slice(2);
const ownNet = args[0] === '--own-net';
if (ownNet) args.shift();
if (args.length === 0) fail(2, 'usage: node test/lab/enter.mjs [--own-net] COMMAND [ARGS...]');

const unshare = namespaceOptions();
const command = [
  ...(unshare.length > 0
    ? ['unshare', ...unshare, '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    : []),
  // Innermost, because entering a user namespace would clear the parent-death signal.
  ...['setpriv', '--pdeathsig', 'TERM', '--'],
  ...args,
];
// Before the start, lest a signal come in between; they are handled once this script has run to its end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the whole foreground group; a second one would make vitest skip its clean-up.
    const cameFromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!cameFromTerminal) child.kill(signal);
  });
}

const child = spawn(command[0], command.slice(1), {
  stdio: 'inherit',
  env: ownNet ? { ...process.env, ROAMKIT_LAB_HERE: '1' } : process.env,
});
child.once('error', (error) => fail(127, error.message));

// 128 + n is how a shell tells of an end by signal n.
child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

/** The options of `unshare` that give COMMAND what it needs; none if it has that already. */
function namespaceOptions() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const isPrivileged = [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((capability) => (effective >> capability) & 1n);
  if (isPrivileged) return ownNet ? ['--net'] : [];
  const options = ['--user', '--map-root-user', '--net'];
  const trial = spawnSync('unshare', [...options, 'true'], { encoding: 'utf8' });
  if (trial.status !== 0) {
    fail(
      1,
      `user namespaces are not allowed here: ${trial.error?.message ?? trial.stderr.trim()}\n` +
        'Run it as root, or allow them (on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0).',
    );
  }
  return options;
}

function fail(code, message) {
  console.error(`enter: ${message}`);
  process.exit(code);
}
