/** What the machine's power does. */
export type PowerEvent = 'suspend' | 'resume';

/** Tells when the machine goes to sleep and when it slept. */
export interface PowerSource {
  /**
   * Calls `listener` with each event; returns what ends that. `suspend` may be missing where nobody tells beforehand. A
   * `resume` too many does no harm.
   */
  watch(listener: (event: PowerEvent) => void): () => void;
}
