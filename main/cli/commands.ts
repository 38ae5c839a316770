import type { Command } from './command.js';
import { doctorCommand } from './commands/doctor.js';
import { holdCommand } from './commands/hold.js';
import { lookupCommand } from './commands/lookup.js';
import { portalCommand } from './commands/portal.js';
import { routesCommand } from './commands/routes.js';
import { statusCommand } from './commands/status.js';
import { watchCommand } from './commands/watch.js';

/** All commands, in the order in which the usage lists them. */
export const COMMANDS: readonly Command[] = [
  watchCommand,
  statusCommand,
  routesCommand,
  lookupCommand,
  holdCommand,
  portalCommand,
  doctorCommand,
];
