/** What is known of the other end of a connection: what a policy's rules look at. */
export interface Peer {
  /** What the application asked for, names or IP literals, as `comparableHost` makes them. */
  readonly hosts: readonly string[];
  /** `null` until it is connected. */
  readonly address: string | null;
  /** `null` until it is connected. */
  readonly port: number | null;
}
