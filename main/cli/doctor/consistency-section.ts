import type { DoctorSection } from './section.js';

/** What went wrong between kernel and mirror since the monitor began, and was mended. */
export const consistencySection: DoctorSection = {
  name: 'consistency',
  title: 'consistency',
  examine({ monitor }) {
    const { audits, auditCorrections, overruns, resyncs, malformedMessages } = monitor.stats;
    const data = { audits, auditCorrections, overruns, resyncs, malformedMessages };
    const problems: string[] = [];
    if (auditCorrections > 0) {
      problems.push(
        `the mirror had ${auditCorrections} entries otherwise than the kernel; they are corrected`,
      );
    }
    if (overruns > 0) {
      problems.push(`the kernel dropped messages ${overruns} times since the start, for the buffer was full`);
    }
    if (malformedMessages > 0) {
      problems.push(`${malformedMessages} messages of the kernel could not be read: please report this`);
    }
    return {
      data,
      lines: [
        `audits: ${audits}, corrections: ${auditCorrections}, overruns: ${overruns}, resyncs: ${resyncs}, ` +
          `malformed messages: ${malformedMessages}`,
      ],
      problems,
    };
  },
};
