import { describe, expect, it } from 'vitest';
import type { SocketDiagnosis, WatchedFlow } from '../../main/index.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { Talker } from '../fixtures/talker.js';
import { tcpFlow } from '../fixtures/tcp-flow.js';
import { type LabServer, waitFor } from '../lab/index.js';

// What the kernel tells of TCP sockets: NetworkMonitor.diagnoseFlows().

function watch(lab: MonitoredLab, { local, remote }: Talker, oif = 0): WatchedFlow {
  const flow = tcpFlow(local.address, remote.address, { localPort: local.port, oif });
  return lab.monitor.watchFlow({ ...flow, remotePort: remote.port }, () => {});
}

function connect(lab: MonitoredLab, { port }: LabServer, version: 'v4' | 'v6' = 'v4'): Promise<Talker> {
  return Talker.connect(lab.net.client, { address: lab.net.addresses.server[version], port });
}

function diagnose(lab: MonitoredLab, flow: WatchedFlow): SocketDiagnosis | null {
  return lab.monitor.diagnoseFlows([flow])[0] ?? null;
}

const ifindexOf = (lab: MonitoredLab, link: string): number =>
  lab.monitor.state.links.find(({ name }) => name === link)?.ifindex ?? -1;

describe('a TCP socket', () => {
  it.each(['v4', 'v6'] as const)(
    'is found by its addresses and ports, and what it did (%s)',
    async (version) => {
      await using lab = await monitoredLab();
      const echo = await lab.net.server.tcpEcho();
      await using talker = await connect(lab, echo, version);
      const flow = watch(lab, talker);
      const before = diagnose(lab, flow);
      expect(before).toMatchObject({
        state: 'established',
        boundIfindex: null,
        inFlightBytes: 0,
        bytesReceived: 0,
      });
      expect(await talker.isAlive()).toBe(true);
      const after = await waitFor(
        () => {
          const now = diagnose(lab, flow);
          return now?.unackedSegments === 0 ? now : null;
        },
        { what: 'the acknowledgement' },
      );
      expect(after.bytesAcked - (before?.bytesAcked ?? 0)).toBe(1);
      expect(after).toMatchObject({ bytesReceived: 1, retransmits: 0, backoff: 0, notSentBytes: 0 });
      expect(after.rtoMs).toBeGreaterThanOrEqual(200);
      expect(after.lastDataReceivedMs).toBeLessThan(5000);
    },
  );

  it('of a dual-stack server is found, IPv4-mapped, on the server', async () => {
    await using lab = await monitoredLab();
    const echo = await lab.net.client.tcpEcho();
    const { wifi } = lab.net.addresses;
    await using talker = await Talker.connect(lab.net.server, { address: wifi.v4, port: echo.port });
    const accepted = lab.monitor.watchFlow(
      {
        ...tcpFlow(wifi.v4, talker.local.address, { localPort: echo.port }),
        remotePort: talker.local.port,
      },
      () => {},
    );
    expect(diagnose(lab, accepted)).toMatchObject({ state: 'established' });
  });

  it('that is bound to a link is found with the link, and with no other', async () => {
    await using lab = await monitoredLab();
    const { port } = await lab.net.server.tcpEcho();
    const remote = { address: lab.net.addresses.server.v4, port };
    await using talker = await Talker.connectWith(lab.net.client, remote, { device: 'wlan0' });
    const wlan0 = ifindexOf(lab, 'wlan0');
    const flows = [wlan0, ifindexOf(lab, 'eth0')].map((oif) => watch(lab, talker, oif));
    const [bound, elsewhere] = lab.monitor.diagnoseFlows(flows);
    expect(bound).toMatchObject({ state: 'established', boundIfindex: wlan0 });
    expect(elsewhere).toBeNull();
  });

  it('tells what is in flight, and how often it was sent again', async () => {
    await using lab = await monitoredLab();
    const echo = await lab.net.server.tcpEcho();
    await using talker = await connect(lab, echo);
    const flow = watch(lab, talker);
    await lab.net.router.ip('route add blackhole 203.0.113.1');
    talker.send(3);
    const stuck = await waitFor(
      () => {
        const now = diagnose(lab, flow);
        return now !== null && now.retransmits >= 2 ? now : null;
      },
      { what: 'two retransmissions' },
    );
    expect(stuck).toMatchObject({ unackedSegments: 1, inFlightBytes: 3, notSentBytes: 0, bytesReceived: 0 });
    expect(stuck.totalRetransmits).toBeGreaterThanOrEqual(stuck.retransmits);
    expect(stuck.backoff).toBe(stuck.retransmits);
    expect(stuck.lastAckReceivedMs).toBeGreaterThan(500);
  });
});

describe('null is the answer', () => {
  it('for flows without such a socket, listeners and UDP among them, each in its place', async () => {
    await using lab = await monitoredLab();
    const echo = await lab.net.server.tcpEcho();
    const listening = await lab.net.client.tcpEcho();
    await using talker = await connect(lab, echo);
    const { local, remote } = lab.toServer('wifi', 'v4');
    const watchFlow = (flow: ReturnType<typeof tcpFlow>): WatchedFlow =>
      lab.monitor.watchFlow(flow, () => {});
    const closed = watch(lab, talker);
    closed.close();
    const flows = [
      watchFlow(tcpFlow(local, remote)),
      watch(lab, talker),
      watchFlow(tcpFlow(local, remote, { localPort: listening.port })),
      watchFlow({ ...tcpFlow(local, remote), protocol: 'udp' }),
      watchFlow(tcpFlow(null, remote)),
      closed,
      watch(lab, talker),
    ];
    const states = lab.monitor.diagnoseFlows(flows).map((answer) => answer?.state ?? null);
    expect(states).toEqual([null, 'established', null, null, null, null, 'established']);
    expect(lab.monitor.diagnoseFlows([])).toEqual([]);
  });

  it('for one that closed', async () => {
    await using lab = await monitoredLab();
    const echo = await lab.net.server.tcpEcho();
    await using talker = await connect(lab, echo);
    const flow = watch(lab, talker);
    expect(diagnose(lab, flow)).not.toBeNull();
    talker.close();
    await waitFor(() => diagnose(lab, flow) === null, { what: 'it to be closed' });
  });
});

it('a thousand flows are asked about in one go, each with an answer of its own', async () => {
  await using lab = await monitoredLab();
  const echo = await lab.net.server.tcpEcho();
  await using one = await connect(lab, echo);
  await using other = await connect(lab, echo);
  await one.isAlive();
  const flows = Array.from({ length: 1000 }, (_, n) => watch(lab, n % 3 === 0 ? one : other));
  const received = lab.monitor.diagnoseFlows(flows).map((answer) => answer?.bytesReceived);
  expect(received).toEqual(flows.map((_, n) => (n % 3 === 0 ? 1 : 0)));
});
