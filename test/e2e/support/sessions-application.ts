import type { DownloadItem } from 'electron';
import type { RoamkitOptions } from '../../../main/electron/index.js';
import { Application } from './application.js';
import { eventually } from './eventually.js';

/** How a download is. */
export interface Downloaded {
  readonly state: 'progressing' | 'interrupted' | 'completed' | 'cancelled';
  readonly receivedBytes: number;
  /** It has a part of the file. */
  readonly isUnderWay: boolean;
  readonly isPaused: boolean;
  /** How often it was interrupted, and how often of what it had something was thrown away. */
  readonly interruptions: number;
  readonly setbacks: number;
}

/** What a download's own process notes of it. */
interface FollowedDownload {
  readonly item: DownloadItem;
  interruptions: number;
  setbacks: number;
}

/** apps/sessions: an application without windows. A partition is named as Electron does; `''` is the default session. */
export class SessionsApplication implements AsyncDisposable {
  private constructor(readonly application: Application) {}

  static async launch(
    options: RoamkitOptions = {},
    mounts: Readonly<Record<string, string>> = {},
  ): Promise<SessionsApplication> {
    const application = await Application.launch('sessions', 'main.cjs', { options }, { mounts });
    await eventually(() => application.electron.evaluate(() => globalThis.mainSide !== undefined)).toBe(true);
    return new SessionsApplication(application);
  }

  generation(): Promise<number> {
    return this.application.electron.evaluate(() => mainSide.roamkit.monitor.state.generation);
  }

  /** The body of a GET in a session. */
  fetch(partition: string, url: string): Promise<string> {
    return this.application.electron.evaluate(
      async ({ session }, target) => (await session.fromPartition(target.partition).fetch(target.url)).text(),
      { partition, url },
    );
  }

  /** Clears all that a session has stored, as on signing out. */
  async clear(partition: string): Promise<void> {
    await this.application.electron.evaluate(async ({ session }, name) => {
      const cleared = session.fromPartition(name);
      await Promise.all([cleared.clearStorageData(), cleared.clearCache(), cleared.clearAuthCache()]);
    }, partition);
  }

  /** Has a session use a proxy script; resolves to the proxy that it names. */
  async useProxyScript(partition: string, pacScript: string): Promise<string> {
    await this.application.electron.evaluate(
      ({ session }, script) =>
        session.fromPartition(script.partition).setProxy({ mode: 'pac_script', pacScript: script.pacScript }),
      { partition, pacScript },
    );
    return this.proxy(partition);
  }

  /** The proxy that a session would use. */
  proxy(partition: string): Promise<string> {
    return this.application.electron.evaluate(
      ({ session }, name) => session.fromPartition(name).resolveProxy('http://elsewhere.example/'),
      partition,
    );
  }

  /** Reads an endless answer in a session, and counts. */
  async follow(partition: string, url: string): Promise<void> {
    await this.application.electron.evaluate(
      async ({ session }, target) => {
        const followed: { bytes: number; end: string | null } = { bytes: 0, end: null };
        Reflect.set(globalThis, 'followed', followed);
        const response = await session.fromPartition(target.partition).fetch(target.url);
        const reader = response.body?.getReader();
        const read = async (): Promise<void> => {
          for (;;) {
            const chunk = await reader?.read();
            if (chunk === undefined || chunk.done) break;
            followed.bytes += chunk.value.byteLength;
          }
        };
        read().then(
          () => {
            followed.end = 'ended';
          },
          (error: unknown) => {
            followed.end = String(error);
          },
        );
      },
      { partition, url },
    );
  }

  /** Bytes of what is followed. */
  received(): Promise<number> {
    return this.application.electron.evaluate(() => Reflect.get(globalThis, 'followed').bytes as number);
  }

  /** How what is followed ended; `null`: it goes on. */
  followEnd(): Promise<string | null> {
    return this.application.electron.evaluate(() => Reflect.get(globalThis, 'followed').end as string | null);
  }

  /** Starts a download into a file, one a session. */
  async download(partition: string, url: string, file: string): Promise<void> {
    await this.application.electron.evaluate(
      ({ session }, target) => {
        const from = session.fromPartition(target.partition);
        from.once('will-download', (_event, item) => {
          item.setSavePath(target.file);
          const followed = { item, interruptions: 0, setbacks: 0 };
          let receivedBytes = 0;
          item.on('updated', (_updated, state) => {
            if (state === 'interrupted') followed.interruptions++;
            if (item.getReceivedBytes() < receivedBytes) followed.setbacks++;
            receivedBytes = item.getReceivedBytes();
          });
          Reflect.set(globalThis, `download ${target.partition}`, followed);
        });
        from.downloadURL(target.url);
      },
      { partition, url, file },
    );
  }

  /** How a session's download is. */
  downloaded(partition: string): Promise<Downloaded | null> {
    return this.application.electron.evaluate((_electron, name) => {
      const followed = Reflect.get(globalThis, `download ${name}`) as FollowedDownload | undefined;
      if (followed === undefined) return null;
      const { item, interruptions, setbacks } = followed;
      const [state, receivedBytes, isPaused] = [item.getState(), item.getReceivedBytes(), item.isPaused()];
      const isUnderWay = receivedBytes > 1_000_000;
      return { state, receivedBytes, isUnderWay, isPaused, interruptions, setbacks };
    }, partition);
  }

  /** Pauses a session's download. */
  pauseDownload(partition: string): Promise<void> {
    return this.application.electron.evaluate((_electron, name) => {
      (Reflect.get(globalThis, `download ${name}`) as FollowedDownload).item.pause();
    }, partition);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}
