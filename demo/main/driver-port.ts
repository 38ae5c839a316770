import type { ApplicationMessage, DriverMessage } from '../shared/driver-messages.js';

/** The channel to the driver that started the application; there is none where somebody else did. */
export interface DriverPort {
  tell(message: ApplicationMessage): void;
  onMessage(handler: (message: DriverMessage) => void): void;
  /** The driver is gone, however it ended. */
  onGone(handler: () => void): void;
}

export const driverPort: DriverPort = {
  tell: (message) => {
    if (process.connected) process.send?.(message);
  },
  onMessage: (handler) => {
    process.on('message', (message) => handler(message as DriverMessage));
  },
  onGone: (handler) => {
    process.once('disconnect', handler);
  },
};
