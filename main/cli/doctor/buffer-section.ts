import { DEFAULT_RECEIVE_BUFFER_BYTES } from '../../monitor/monitor-options.js';
import type { DoctorSection } from './section.js';

/** How many of the kernel's messages can wait unread. */
export const bufferSection: DoctorSection = {
  name: 'receiveBuffer',
  title: 'receive buffer',
  examine({ monitor, setting }) {
    if (monitor.capabilities.backend !== 'netlink') return { data: null, lines: ['none'] };
    const askedBytes = DEFAULT_RECEIVE_BUFFER_BYTES;
    const grantedBytes = monitor.stats.receiveBufferBytes;
    const limit = setting('core/rmem_max');
    const rmemMaxBytes = limit === null ? null : Number(limit);
    // The kernel doubles what it grants, for its own book-keeping (socket(7), SO_RCVBUF).
    const isShort = grantedBytes < 2 * askedBytes;
    const limitText = rmemMaxBytes === null ? 'cannot be read here' : String(rmemMaxBytes);
    return {
      data: { askedBytes, grantedBytes, rmemMaxBytes },
      lines: [
        `${grantedBytes} bytes for ${askedBytes} asked (the kernel doubles); net.core.rmem_max ${limitText}`,
      ],
      advice: isShort
        ? [
            `raise net.core.rmem_max to ${askedBytes} (sysctl -w net.core.rmem_max=${askedBytes}), or grant ` +
              'CAP_NET_ADMIN: with a small buffer a burst of changes overruns it, and the whole state is read again',
          ]
        : [],
    };
  },
};
