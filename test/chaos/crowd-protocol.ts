/** By which link a connection of the crowd leaves: its server has an address that is routed there. */
export type Side = 'ethernet' | 'wifi';

/** A member of the crowd: one connection of one library, and traffic on it that never ceases. */
export interface Member {
  readonly id: number;
  readonly library: string;
  readonly side: Side;
  readonly host: string;
  readonly port: number;
}

/** What the crowd is told, a line of JSON each. */
export type CrowdCommand =
  /** Opens the connections of these members; those that they had are closed before. */
  | { readonly do: 'open'; readonly members: readonly Member[] }
  /** Waits until each member has had an answer to something that it asked later than now. */
  | { readonly do: 'prove'; readonly side: Side | 'both' }
  /** Which connections there are now. */
  | { readonly do: 'list' };

/** What the crowd tells, a line of JSON each. */
export type CrowdReport =
  | { readonly is: 'opened' }
  /** `silent`: those that had no answer. */
  | { readonly is: 'proven'; readonly silent: readonly string[] }
  | { readonly is: 'listed'; readonly connections: readonly TrackedMember[]; readonly flows: number }
  | Invalidated
  /** A library told of an end, or an answer was wrong. */
  | { readonly is: 'broken'; readonly member: string; readonly side: Side; readonly why: string }
  /** `what`: an event of the registry's that closes nothing. */
  | { readonly is: 'noticed'; readonly what: 'suspect' | 'recovered' | 'rerouted' };

export interface TrackedMember {
  readonly id: number;
  readonly side: Side;
}

export interface Invalidated extends TrackedMember {
  readonly is: 'invalidated';
  readonly reason: string;
  /** How long after the grace period, which begins when the kernel's message is read. */
  readonly lateMs: number;
}
