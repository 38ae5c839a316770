import { setTimeout as delay } from 'node:timers/promises';
import type { Lookup } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { doAgree } from '../lookup/agreement.js';
import { sampleDestinations } from './sample-destinations.js';
import type { DoctorSection } from './section.js';

const AUDIT_LIMIT_MS = 10_000;
const AUDIT_POLL_MS = 5;
const MOST_SHOWN = 5;

interface Asked {
  readonly dst: string;
  readonly mirror: Lookup;
  readonly kernel: Lookup;
}

/** The mirror against a fresh dump, and against the kernel's own answers. */
export const selfCheckSection: DoctorSection = {
  name: 'selfCheck',
  title: 'self-check',
  async examine({ monitor }) {
    if (!monitor.capabilities.kernelLookup)
      return { data: null, lines: ['there is no kernel to compare with'] };
    const before = monitor.stats.auditCorrections;
    const isAudited = await audited(monitor);
    const corrections = monitor.stats.auditCorrections - before;
    const destinations = sampleDestinations(monitor);
    const asked = destinations.map((dst) => ask(monitor, dst));
    // The network may have changed between the two answers: what differs is asked once more.
    const differing = asked.filter(isDisagreement).map(({ dst }) => ask(monitor, dst));
    const wrong = differing.filter((pair) => isDisagreement(pair) && pair.mirror.certain);
    const uncertain = asked.filter(({ mirror }) => !mirror.certain).length;
    const data = {
      auditCorrections: isAudited ? corrections : null,
      lookups: asked.length,
      agreeing: asked.length - differing.filter(isDisagreement).length,
      uncertain,
      disagreements: wrong.slice(0, MOST_SHOWN),
    };
    return {
      data,
      lines: [
        isAudited
          ? `compared with a fresh dump: ${corrections === 0 ? 'equal' : `${corrections} entries corrected`}`
          : 'could not be compared with a fresh dump in time',
        `${data.agreeing} of ${data.lookups} lookups answered as the kernel does, ${uncertain} uncertain`,
        ...wrong.slice(0, MOST_SHOWN).map(({ dst }) => `differs: roamkit lookup --both ${dst}`),
      ],
      problems: [
        ...(isAudited ? [] : [`a fresh dump took longer than ${AUDIT_LIMIT_MS} ms`]),
        ...(wrong.length > 0 ? [`mirror and kernel disagree about ${wrong.length} destinations`] : []),
      ],
    };
  },
};

function ask(monitor: NetworkMonitor, dst: string): Asked {
  return { dst, mirror: monitor.lookup(dst), kernel: monitor.lookupKernel(dst) };
}

function isDisagreement({ mirror, kernel }: Asked): boolean {
  return !doAgree(mirror, kernel);
}

// No event tells the end of an audit that found nothing.
async function audited(monitor: NetworkMonitor): Promise<boolean> {
  const { audits } = monitor.stats;
  monitor.audit();
  const limit = performance.now() + AUDIT_LIMIT_MS;
  while (monitor.stats.audits === audits) {
    if (performance.now() > limit) return false;
    await delay(AUDIT_POLL_MS);
  }
  return true;
}
