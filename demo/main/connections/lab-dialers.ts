import type { Roamkit } from 'roamkit/main';
import type { LabScene, Target } from '../../shared/options.js';
import type { Dialer } from './dialer.js';
import { tcpDialer } from './tcp-dialer.js';
import { webSocketDialer } from './web-socket-dialer.js';

/** What an application on the lab's laptop has open: one of each kind that fares differently in the story. */
export function labDialers({ registry }: Roamkit, lab: LabScene, loopback: Target): readonly Dialer[] {
  const onWifi = { source: lab.wifiAddress };
  return [
    webSocketDialer(registry, 'Chat', lab.webSocket),
    tcpDialer(registry, 'File sync', lab.tcp),
    tcpDialer(registry, 'Presence', lab.tcp6),
    tcpDialer(registry, 'Backup, bound to Wi-Fi', lab.tcp, onWifi),
    tcpDialer(registry, 'Printer on the Wi-Fi', lab.printer, onWifi),
    tcpDialer(registry, 'Local database', loopback),
  ];
}
