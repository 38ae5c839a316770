import type { Target } from '../shared/options.js';

/** What scripts/demo.mjs tells the driver: the one argument, as JSON. */
export interface DriverConfig {
  readonly isLab: boolean;
  /** In the lab, two more windows with a plain page: in Electron with roamkit, and in Electron alone. */
  readonly isBeside: boolean;
  /** An Electron executable. */
  readonly electron: string;
  /** The application's bundled main process. */
  readonly application: string;
  /** The bundled main process of the windows beside. */
  readonly beside: string;
  /** What else to connect to, on the real network. */
  readonly targets: readonly Target[];
  /** Where screenshots go; `null`: none are taken, the window stays until it is closed. */
  readonly screenshots: string | null;
  /** Nobody would see a window. */
  readonly isHeadless: boolean;
}
