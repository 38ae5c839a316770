import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok whether it could be started and exited with 0
 * @property {string} stdout
 * @property {string} output stdout and stderr in the order they came, for error messages
 */

/**
 * Runs a command without a terminal and keeps what it prints.
 *
 * Never rejects: a command that is missing or outlives its time is a result that is not ok.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, { cwd, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    let stdout = '';
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => resolve({ ok: false, stdout, output: `${output}${error.message}` }));
    child.on('close', (code, signal) => {
      const killed = signal === null ? '' : `\n${command} was ended by ${signal}`;
      resolve({ ok: code === 0, stdout, output: `${output}${killed}` });
    });
  });
}

/**
 * The end of a command's output, which is where programs put the reason of a failure.
 *
 * @param {string} output
 * @param {number} [lines]
 */
export function lastLines(output, lines = 20) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}
