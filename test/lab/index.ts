/** Network namespaces as a library: see README.md beside this file. */
export type { AddressDump, HostDump, LinkDump, RouteDump, RuleDump } from './dump.js';
export { LabError } from './errors.js';
export { fiveLosses, type Loss, partialLosses } from './five-losses.js';
export { Host, type ReachOptions } from './host.js';
export type { Exit, HostProcess, SpawnOptions } from './host-process.js';
export type { Family, IpOptions } from './ip-batch.js';
export { type BridgeOptions, Lab } from './lab.js';
export type { Link, LinkEnd, LinkOptions } from './link.js';
export type { Undo } from './link-snapshot.js';
export {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  carrierLost,
  linkDeleted,
  linkDown,
} from './losses.js';
export {
  addressRefresh,
  aliasChange,
  captureStarted,
  dockerLikeVeth,
  mtuChange,
  unrelatedRoute,
} from './noises.js';
export type { HostOptions } from './open-host.js';
export type { Command, RunOptions, RunResult } from './run.js';
export type { LabServer, PortalOptions, SecureServerOptions, ServerOptions } from './server.js';
export { type AddressPair, type TwoLinkLab, type TwoLinkOptions, twoLinkLab } from './two-link-lab.js';
export { type WaitForOptions, waitFor } from './wait-for.js';
