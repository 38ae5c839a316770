import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bridgeToBus, followPower, type PowerEvent, type PowerSource, SystemBus } from '../../main/index.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { startProgram } from '../fixtures/program.js';
import { type HostProcess, linkDown, type TwoLinkLab, twoLinkLab, waitFor } from '../lab/index.js';

/** A machine that a test puts to sleep. */
class Machine implements PowerSource {
  #listener: (event: PowerEvent) => void = () => {};

  watch(listener: (event: PowerEvent) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  tell(event: PowerEvent): void {
    this.#listener(event);
  }
}

function asleep(lab: MonitoredLab, graceMs: number) {
  const registry = lab.registry({ policy: { 'link-down': { graceMs } } });
  const machine = new Machine();
  const bus = new SystemBus();
  bridgeToBus(bus, { monitor: lab.monitor, registry });
  const heard = recordEvents(registry);
  registry.on('suspended', () => heard.push('suspended'));
  registry.on('resumed', () => heard.push('resumed'));
  bus.subscribe('system-state', (message) => {
    if ('power' in message) heard.push(`bus ${message.power}`);
  });
  bus.subscribe('network', (message) => {
    if ('trigger' in message && message.src === 'resume') heard.push('bus cpdcheck');
  });
  const power = followPower(machine, registry);
  const { local, remote } = lab.toServer('ethernet', 'v4');
  registry.track(
    { local: { address: local, port: 1 }, remote: { address: remote, port: 2 } },
    { label: 'v4' },
  );
  return { registry, machine, heard, power };
}

const hasHeard = (heard: readonly string[], line: string) =>
  waitFor(() => heard.includes(line), { what: line });

describe('a registry that follows the power', () => {
  it('judges by the network as it is after the sleep, then tells the bus', async () => {
    await using lab = await monitoredLab();
    const { machine, heard } = asleep(lab, 0);
    machine.tell('suspend');
    await hasHeard(heard, 'bus suspend');
    await linkDown(lab.net.ethernet.a);
    machine.tell('resume');
    await hasHeard(heard, 'bus cpdcheck');
    expect(heard).toEqual([
      'suspended',
      'bus suspend',
      'suspect v4 link-down',
      'invalidated v4 link-down',
      'resumed',
      'bus resume',
      'bus cpdcheck',
    ]);
  });

  it('closes nothing whose grace period ended before the resume, if it is fine then', async () => {
    await using lab = await monitoredLab();
    const { machine, heard } = asleep(lab, 20);
    machine.tell('suspend');
    const undo = await linkDown(lab.net.ethernet.a);
    await hasHeard(heard, 'suspect v4 link-down');
    // The grace period ends, and nothing may come of it.
    await delay(60);
    await undo();
    machine.tell('resume');
    await hasHeard(heard, 'bus cpdcheck');
    expect(heard.filter((line) => line.includes('v4'))).toEqual(['suspect v4 link-down', 'recovered v4']);
  });

  it('closes what turns out dead even where the resume is all that it is told', async () => {
    await using lab = await monitoredLab();
    const { machine, heard, registry } = asleep(lab, 20);
    await linkDown(lab.net.ethernet.a);
    machine.tell('resume');
    machine.tell('resume');
    await hasHeard(heard, 'bus cpdcheck');
    await hasHeard(heard, 'invalidated v4 link-down');
    expect(heard.filter((line) => line === 'resumed')).toHaveLength(1);
    expect(registry.connections()).toEqual([]);
  });

  it('takes a needless resume for nothing, but for a ping to who wants one', async () => {
    await using lab = await monitoredLab();
    const { machine, heard, registry } = asleep(lab, 0);
    const hour = 3_600_000;
    const liveness = { pingAfterMs: hour, hangupAfterMs: 2 * hour, ping: () => heard.push('ping') };
    registry.track({ remote: { address: lab.net.addresses.server.v4, port: 2 } }, { liveness });
    machine.tell('resume');
    await hasHeard(heard, 'bus cpdcheck');
    expect(heard).toEqual(['ping', 'resumed', 'bus resume', 'bus cpdcheck']);
  });

  it('does nothing once it was told to stop, or is closed', async () => {
    await using lab = await monitoredLab();
    const { machine, heard, power, registry } = asleep(lab, 0);
    const { audits } = lab.monitor.stats;
    power[Symbol.dispose]();
    machine.tell('resume');
    registry.close();
    registry.suspend();
    await registry.resume();
    await lab.settled();
    expect(heard).toEqual([]);
    expect(lab.monitor.stats.audits).toBe(audits);
  });

  it('refuses a source that is none', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    expect(() => followPower({} as PowerSource, registry)).toThrow(/^source: /);
  });
});

describe('a process with a ClockJumpSource', () => {
  async function start(net: TwoLinkLab, graceMs: number): Promise<HostProcess> {
    const { port } = await net.server.tcpEcho();
    const sleeper = await startProgram(net.client, 'sleeper', {
      host: net.addresses.server.v4,
      port,
      graceMs,
    });
    await sleeper.nextLine((line) => line === 'connected', { timeoutMs: 10_000 });
    return sleeper;
  }

  /** Stops the process (SIGSTOP) for longer than its detector's threshold. */
  async function stopped(sleeper: HostProcess, change: () => Promise<unknown>): Promise<void> {
    process.kill(sleeper.pid, 'SIGSTOP');
    try {
      await change();
      await delay(500);
    } finally {
      process.kill(sleeper.pid, 'SIGCONT');
    }
    await sleeper.nextLine((line) => line === 'bus cpdcheck');
  }

  /** Expects that the connection heard nothing of the sleep. A busy machine may make another resume, or two. */
  function expectNoHarm({ lines }: HostProcess): void {
    const others = ['connected', 'unblocked', 'echo hello'];
    expect(new Set(lines.filter((line) => !others.includes(line)))).toEqual(
      new Set(['resumed', 'bus resume', 'bus cpdcheck']),
    );
  }

  it('that was stopped resynchronises; its connection, with nothing wrong, goes on', async () => {
    await using net = await twoLinkLab();
    await using sleeper = await start(net, 0);
    await stopped(sleeper, async () => {});
    sleeper.stdin.write('hello');
    await sleeper.nextLine((line) => line === 'echo hello');
    expectNoHarm(sleeper);
  });

  it('that was stopped while its link went closes the connection', async () => {
    await using net = await twoLinkLab();
    await using sleeper = await start(net, 0);
    await stopped(sleeper, () => linkDown(net.ethernet.a));
    expect(sleeper.lines).toEqual(
      expect.arrayContaining(['suspect link-down', 'invalidated link-down', 'error ERR_ROAMKIT_UNROUTABLE']),
    );
    expect(sleeper.lines.indexOf('invalidated link-down')).toBeLessThan(sleeper.lines.indexOf('bus resume'));
  });

  it('that was stopped in the middle of a grace period keeps the connection, if its link came back meanwhile', async () => {
    await using net = await twoLinkLab();
    await using sleeper = await start(net, 300);
    const undo = await linkDown(net.ethernet.a);
    await sleeper.nextLine((line) => line === 'suspect link-down');
    await stopped(sleeper, undo);
    expect(sleeper.lines).toContain('recovered null');
    sleeper.stdin.write('hello');
    await sleeper.nextLine((line) => line === 'echo hello');
    expect(sleeper.lines).not.toContain('invalidated link-down');
  });

  it('whose event loop was blocked loses nothing by the needless resume', async () => {
    await using net = await twoLinkLab();
    await using sleeper = await start(net, 0);
    process.kill(sleeper.pid, 'SIGUSR2');
    await sleeper.nextLine((line) => line === 'bus cpdcheck');
    sleeper.stdin.write('hello');
    await sleeper.nextLine((line) => line === 'echo hello');
    expectNoHarm(sleeper);
  });
});
