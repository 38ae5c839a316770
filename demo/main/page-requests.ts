import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { channels, type DemoSnapshot, type SocketReport } from '../shared/demo-api.js';
import { monotonicNow } from './monotonic.js';

/** What the page may ask the demo's main process. */
export interface PageRequests {
  readonly snapshot: () => DemoSnapshot;
  readonly socketReported: (report: SocketReport) => void;
}

/** Answers the page of `contents`, and nobody else. */
export function answerPage(
  contents: WebContents,
  origin: string,
  { snapshot, socketReported }: PageRequests,
): void {
  const isOurs = ({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    sender === contents && senderFrame?.origin === origin && senderFrame.parent === null;
  const answer = <T>(channel: string, make: () => T): void => {
    ipcMain.handle(channel, (event): T => {
      if (!isOurs(event)) throw new Error(`${channel} is not for this page`);
      return make();
    });
  };
  answer(channels.snapshot, snapshot);
  answer(channels.clock, monotonicNow);
  ipcMain.on(channels.socket, (event, report: unknown) => {
    if (isOurs(event) && isSocketReport(report)) socketReported(report);
  });
}

function isSocketReport(value: unknown): value is SocketReport {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('state' in value)) return false;
  const { id, state } = value;
  return Number.isSafeInteger(id) && (state === 'connecting' || state === 'open' || state === 'closed');
}
