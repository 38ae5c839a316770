import type { Link, Rule } from '../../../core/network-types.js';
import { ruleText } from '../text/network-text.js';
import type { DoctorSection } from './section.js';

/** Rules that ask what the mirror cannot know by itself. */
export const rulesSection: DoctorSection = {
  name: 'rules',
  title: 'rules',
  examine({ monitor: { state, capabilities } }) {
    if (!capabilities.routes) return { data: null, lines: ['cannot be seen'] };
    const found = state.rules
      .map((rule) => ({ rule, why: doubts(rule, state.links) }))
      .filter(({ why }) => why.length > 0);
    if (found.length === 0) {
      return { data: [], lines: [`all ${state.rules.length} are modelled`] };
    }
    return {
      data: found.map(({ rule, why }) => ({ rule: ruleText(rule), why })),
      lines: found.flatMap(({ rule, why }) => [ruleText(rule), ...why.map((reason) => `  ${reason}`)]),
      advice: [
        'tell a lookup what its rules ask for (--mark, --uid, --tos, --proto, --sport, --dport); else it is marked ' +
          "uncertain, and before a connection is closed the kernel's own answer decides",
      ],
    };
  },
};

/** Why the mirror cannot tell by itself whether a rule applies; empty where it can. */
function doubts(rule: Rule, links: readonly Link[]): string[] {
  const hasVrf = links.some(({ kind }) => kind === 'vrf');
  const asked: readonly (readonly [asks: boolean, why: string])[] = [
    [rule.fwmark !== null, "fwmark: only its owner knows a socket's mark; not told, it counts as 0"],
    [rule.uidRange !== null, "uidrange: not told, the user is taken to be this process's"],
    [rule.tos !== 0, 'tos: not told, it counts as 0'],
    [rule.ipProtocol !== null, 'ipproto: known of connections; a lookup has to be told'],
    [
      rule.sourcePorts !== null || rule.destinationPorts !== null,
      'ports: known of connections; a lookup has to be told',
    ],
    [
      rule.isL3mdev && hasVrf,
      "l3mdev: a socket's VRF may be set without its knowledge, and a VRF's table is not mirrored",
    ],
    [rule.suppressIfgroup !== null, "suppress_ifgroup: the links' groups are not mirrored"],
    [rule.hasUnknownSelector, 'it asks something that this version does not know'],
  ];
  return asked.filter(([asks]) => asks).map(([, why]) => why);
}
