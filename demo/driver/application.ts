import { type ChildProcess, spawn } from 'node:child_process';
import type { ApplicationMessage, DriverMessage, Shot, UserAct } from '../shared/driver-messages.js';
import type { Caption } from '../shared/view.js';
import type { Command } from './sandbox.js';
import type { User } from './step.js';

const READY_TIMEOUT_MS = 30_000;
const QUIT_TIMEOUT_MS = 3000;
const STDERR_KEPT = 4000;
// What it wrote last may still be in the pipe.
const LAST_WORDS_MS = 50;

/** The application did not do what it should. The message holds what it wrote to stderr last. */
export class ApplicationError extends Error {}

/** The demo application, running. */
export class Application implements User, AsyncDisposable {
  /** Aborts once the application has ended; with an {@link ApplicationError} unless its window was closed. */
  readonly gone: AbortSignal;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stderr = '';
  #exit = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    const gone = new AbortController();
    this.gone = gone.signal;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#exited = new Promise((resolve) => {
      const ended = (how: string, isClean = false): void => {
        this.#exit ||= how;
        gone.abort(isClean ? undefined : this.#failure(how));
        resolve();
      };
      child.once('error', (error) => ended(`could not be started: ${error.message}`));
      // Not 'close': that does not come once we have disconnected.
      child.once('exit', (code, signal) => {
        setTimeout(() => ended(`ended with ${signal ?? `code ${code}`}`, code === 0), LAST_WORDS_MS);
      });
    });
  }

  /** Starts it, and resolves when its window shows live data. */
  static async start({ command, args }: Command): Promise<Application> {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const application = new Application(child);
    try {
      await application.#answer('ready', READY_TIMEOUT_MS);
      return application;
    } catch (error) {
      await application[Symbol.asyncDispose]();
      throw error;
    }
  }

  tellStory(caption: Caption): void {
    this.#send({ type: 'caption', caption });
  }

  async capture(shots: readonly Shot[]): Promise<void> {
    const captured = this.#answer('captured', READY_TIMEOUT_MS);
    this.#send({ type: 'capture', shots });
    await captured;
  }

  openSignIn(): Promise<void> {
    return this.#act('open-sign-in');
  }

  signIn(): Promise<void> {
    return this.#act('sign-in');
  }

  /** Resolves when the window was closed; rejects where the application ended otherwise. */
  async ended(): Promise<void> {
    await this.#exited;
    if (this.gone.reason instanceof ApplicationError) throw this.gone.reason;
  }

  /** Asks it to quit, and makes it after a while. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), QUIT_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  async #act(act: UserAct): Promise<void> {
    const acted = this.#answer('acted', READY_TIMEOUT_MS);
    this.#send({ type: 'act', act });
    await acted;
  }

  #send(message: DriverMessage): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #answer(type: ApplicationMessage['type'], timeoutMs: number): Promise<void> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        child.off('message', heard);
        settle();
      };
      const heard = (message: unknown): void => {
        if ((message as ApplicationMessage).type === type) finish(resolve);
      };
      const timer = setTimeout(
        () => finish(() => reject(this.#failure(`did not answer within ${timeoutMs / 1000} s`))),
        timeoutMs,
      );
      child.on('message', heard);
      void this.#exited.then(() => finish(() => reject(this.#failure(this.#exit))));
    });
  }

  #failure(how: string): ApplicationError {
    return new ApplicationError(`The demo application ${how}.\n${this.#stderr.trim()}`.trim());
  }
}
