import type { App, Details, Event } from 'electron';

// What Chromium calls the utility process that opens all its connections (services/network/public/mojom).
const SERVICE_NAME = 'network.mojom.NetworkService';

/** Chromium's network service: which process it is, also after it was started anew. */
export class NetworkService implements Disposable {
  readonly #app: Pick<App, 'getAppMetrics' | 'on' | 'off'>;
  readonly #onGone: (event: Event, details: Details) => void;
  #pid: number | null = null;

  /** `gone` is called when its process has ended: its connections went with it. */
  constructor(app: Pick<App, 'getAppMetrics' | 'on' | 'off'>, gone: () => void) {
    this.#app = app;
    this.#onGone = (_event, { serviceName }) => {
      if (serviceName !== SERVICE_NAME) return;
      this.#pid = null;
      gone();
    };
    app.on('child-process-gone', this.#onGone);
  }

  /** Its process, or none while there is none. */
  processes(): readonly number[] {
    // Asked for once a process: each call of getAppMetrics() begins the measurement of every process's CPU time anew, also
    // for an application that calls it by itself.
    if (this.#pid === null || !isAlive(this.#pid)) this.#pid = this.#find();
    return this.#pid === null ? [] : [this.#pid];
  }

  [Symbol.dispose](): void {
    this.#app.off('child-process-gone', this.#onGone);
  }

  #find(): number | null {
    const metrics = this.#app.getAppMetrics();
    return metrics.find(({ serviceName }) => serviceName === SERVICE_NAME)?.pid ?? null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
