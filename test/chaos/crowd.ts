// An application with hundreds of connections of many libraries, all guarded by one line: `registry.trackAll()`. On each of
// them a numbered text goes there and back all the time. Told what to do by lines of JSON on stdin; see crowd-protocol.ts.

import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Connection,
  type ConnectionEvent,
  ConnectionRegistry,
  NetworkMonitor,
} from '../../main/index.js';
import { monotonicNow } from '../../main/monitor/monotonic-time.js';
import { type LibraryConnection, libraryOf } from '../fixtures/libraries/index.js';
import type { CrowdCommand, CrowdReport, Member, Side } from './crowd-protocol.js';

const PAUSE_MS = 200;
// Longer than TCP's pauses between retransmissions after a blip.
const PATIENCE_MS = 30_000;

const monitor = await NetworkMonitor.start();
const registry = new ConnectionRegistry(monitor);
registry.trackAll();

// With them, which tsx switches on, each error that closes a connection takes its time; applications run without.
process.setSourceMapsEnabled(false);

// Not while something happens: what is said, and found out for it, would delay what is measured.
const unsaid: (() => CrowdReport)[] = [];

function sayLater(report: () => CrowdReport): void {
  if (unsaid.push(report) > 1) return;
  setImmediate(() => {
    for (const each of unsaid.splice(0)) console.log(JSON.stringify(each()));
  });
}

function say(report: CrowdReport): void {
  sayLater(() => report);
}

/** A connection with traffic on it. */
class Talk {
  #connection: LibraryConnection | null = null;
  #isOver = false;
  /** When the last question that was answered had been asked. */
  provenAt = Number.NEGATIVE_INFINITY;

  constructor(readonly member: Member) {}

  get name(): string {
    return `${this.member.library} ${this.member.id}`;
  }

  async open(): Promise<void> {
    const { library, host, port } = this.member;
    const { connect } = await libraryOf(library);
    this.#connection = await connect({ host, port }, (event, error) =>
      this.#broken(`${event} ${String(error)}`),
    );
    void this.#talk(this.#connection);
  }

  close(): void {
    this.#isOver = true;
    void this.#connection?.close();
  }

  async #talk(connection: LibraryConnection): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const text = `${this.member.id}-${count}`;
      const askedAt = performance.now();
      try {
        const answer = await connection.exchange(text);
        if (answer !== text) this.#broken(`asked ${text}, answered ${answer}`);
      } catch (error) {
        this.#broken(String(error));
      }
      this.provenAt = askedAt;
      await delay(PAUSE_MS);
    }
  }

  #broken(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    say({ is: 'broken', member: this.name, side: this.member.side, why });
  }
}

const talks = new Map<number, Talk>();
// The client's addresses, and the links that they are on: which way a connection really goes.
const sides = new Map<string, Side>(Object.entries(JSON.parse(process.argv[2] ?? '{}')));
const suspectAt = new WeakMap<Connection, number>();

function sideOf({ flow }: Connection): Side | undefined {
  return sides.get(flow?.local?.address ?? '');
}

registry.on('suspect', ({ connection }) => {
  suspectAt.set(connection, monitor.receivedAt);
  say({ is: 'noticed', what: 'suspect' });
});
registry.on('recovered', () => say({ is: 'noticed', what: 'recovered' }));
registry.on('rerouted', () => say({ is: 'noticed', what: 'rerouted' }));
registry.on('invalidated', ({ connection, reason }: ConnectionEvent) => {
  const side = sideOf(connection);
  if (side === undefined || reason === null) return;
  const now = monotonicNow();
  sayLater(() => {
    const sinceMs = now - (suspectAt.get(connection) ?? Number.NaN);
    const lateMs = sinceMs - connection.policy[reason].graceMs;
    return { is: 'invalidated', id: connection.id, side, reason, lateMs };
  });
});

async function open(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    talks.get(member.id)?.close();
    const talk = new Talk(member);
    talks.set(member.id, talk);
    await talk.open();
  }
  say({ is: 'opened' });
}

async function prove(side: Side | 'both'): Promise<void> {
  const since = performance.now();
  const wanted = [...talks.values()].filter((talk) => side === 'both' || talk.member.side === side);
  const silent = (): Talk[] => wanted.filter(({ provenAt }) => provenAt < since);
  while (silent().length > 0 && performance.now() < since + PATIENCE_MS) await delay(20);
  say({ is: 'proven', silent: silent().map(({ name }) => name) });
}

function list(): void {
  const connections = registry.connections().flatMap((connection) => {
    const side = sideOf(connection);
    return side === undefined ? [] : [{ id: connection.id, side }];
  });
  say({ is: 'listed', connections, flows: monitor.stats.flows });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line) as CrowdCommand;
    if (command.do === 'open') void open(command.members);
    else if (command.do === 'prove') void prove(command.side);
    else list();
  })
  .on('close', () => process.exit(0));
console.log(JSON.stringify({ is: 'ready' }));
