// The prompt, and in place of the main process a bridge that says what the test wants.

import { registerPortalPrompt } from 'roamkit/portal-prompt';
import { getRoamkit } from 'roamkit/renderer';
import { BRIDGE_KEY } from '../../../../ipc/bridge.ts';
import { contract } from '../../../../ipc/contract.ts';
import { snapshot } from '../../../unit/renderer/snapshots.ts';

const requests = [];
const answers = { openPortal: true, recheckPortal: 'portal' };
const violations = [];
let seq = 0;
let tell = () => {};

const answer = (name, value) => {
  requests.push(name);
  return value instanceof Promise ? value : Promise.resolve({ ok: true, value });
};

window[BRIDGE_KEY] = {
  version: () => contract.version,
  snapshot: () => answer('snapshot', snapshot(seq)),
  subscribe: () => answer('subscribe', snapshot(seq)),
  unsubscribe: () => answer('unsubscribe', null),
  recheckPortal: () => answer('recheckPortal', answers.recheckPortal),
  openPortal: () => answer('openPortal', answers.openPortal),
  onDelta: (handler) => {
    tell = handler;
    return () => {};
  },
  onInvalidated: () => () => {},
  onReconnect: () => () => {},
  onStarted: () => () => {},
};

document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
registerPortalPrompt();

window.promptSide = {
  requests,
  answers,
  violations,
  /** The network's portal is this one from now on. */
  portal: async (portal) => {
    await getRoamkit().ready;
    tell({ seq: ++seq, changed: { portal, status: portal?.isCaptive ? 'portal' : 'online' } });
  },
};
