import type { DoctorSection } from './section.js';

/** How much there is to mirror. */
export const countsSection: DoctorSection = {
  name: 'counts',
  title: 'mirrored',
  examine({ monitor }) {
    const { links, addresses, rules, nexthops, routes, flows } = monitor.stats;
    return {
      data: { links, addresses, rules, nexthops, routes, flows },
      lines: [
        `${links} links, ${addresses} addresses, ${rules} rules, ${nexthops} next-hop objects, ${routes} routes, ` +
          `${flows} flows`,
      ],
    };
  },
};
