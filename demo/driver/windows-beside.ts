import path from 'node:path';
import type { TwoLinkLab } from '../../test/lab/index.js';
import type { BesideOptions } from '../shared/beside-options.js';
import { Application } from './application.js';
import type { Camera } from './camera.js';
import type { Command } from './sandbox.js';

const SIZES = [{ width: 420, height: 220 }] as const;

/** What {@link WindowsBeside} starts. */
export interface BesideSettings extends Pick<BesideOptions, 'webSocketUrl' | 'isHeadless'> {
  /** Where Chromium keeps what it keeps, in folders of its own. */
  readonly scratch: string;
  /** Electron with these options, sandboxed. */
  readonly electron: (options: BesideOptions) => Command;
}

/** Two Electrons beside the demo, in the same lab, with the same page: one with roamkit, one alone. */
export class WindowsBeside implements AsyncDisposable {
  private constructor(private readonly applications: ReadonlyMap<string, Application>) {}

  static async start(
    { client }: TwoLinkLab,
    { scratch, electron, ...options }: BesideSettings,
  ): Promise<WindowsBeside> {
    const applications = new Map<string, Application>();
    const windows = new WindowsBeside(applications);
    try {
      for (const name of ['with-roamkit', 'electron-alone']) {
        const hasRoamkit = name === 'with-roamkit';
        const command = electron({ ...options, hasRoamkit, userData: path.join(scratch, name) });
        applications.set(name, await Application.start(client.enter(command.command, command.args)));
      }
    } catch (error) {
      await windows[Symbol.asyncDispose]();
      throw error;
    }
    return windows;
  }

  /** Takes screenshots of both. */
  async shoot(camera: Camera, name: string): Promise<void> {
    for (const [which, application] of this.applications) {
      await camera.shoot(application, `${name}-${which}`, SIZES);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.applications.values()].map((each) => each[Symbol.asyncDispose]()));
  }
}
