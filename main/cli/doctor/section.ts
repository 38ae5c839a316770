import type { NetworkMonitor } from '../../monitor/network-monitor.js';

/** What a section looks at. */
export interface DoctorContext {
  readonly monitor: NetworkMonitor;
  /** A kernel setting by its path below /proc/sys/net, `null` where it cannot be read. */
  readonly setting: (path: string) => string | null;
}

/** What a section found. */
export interface Examination {
  /** For `--json`, under the section's name. */
  readonly data: unknown;
  /** The same for people, a line each. */
  readonly lines: readonly string[];
  /** What harms: the exit code tells of it. */
  readonly problems?: readonly string[];
  /** What could be better, and how. */
  readonly advice?: readonly string[];
}

/** One concern of `roamkit doctor`. */
export interface DoctorSection {
  /** Its key in the JSON object. */
  readonly name: string;
  readonly title: string;
  examine(context: DoctorContext): Examination | Promise<Examination>;
}
