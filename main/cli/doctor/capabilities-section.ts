import type { DoctorSection } from './section.js';

/** What this platform and privilege let the monitor see. */
export const capabilitiesSection: DoctorSection = {
  name: 'capabilities',
  title: 'capabilities',
  examine({ monitor: { capabilities } }) {
    const { backend, events, routes, kernelLookup, socketDiagnosis, missing } = capabilities;
    const can = [
      events ? 'changes as they happen' : 'changes by polling',
      routes ? 'routes and rules' : 'no routes, no rules',
      kernelLookup ? "the kernel's own answers" : 'no answers of the kernel',
      socketDiagnosis ? 'the state of TCP sockets' : 'no state of TCP sockets',
    ];
    return {
      data: capabilities,
      lines: [`${backend}: ${can.join(', ')}`, ...missing.map((what) => `missing: ${what}`)],
      problems: missing.length === 0 ? [] : [`the ${backend} backend sees only a part of the network`],
    };
  },
};
