import type { RoamingWebSocket } from 'roamkit/renderer';

/** A message that the user sent. */
export interface ChatLine {
  readonly id: number;
  readonly text: string;
  /** From sending to the server's answer, in milliseconds; `null` while there is none. */
  readonly answeredMs: number | null;
}

/**
 * A chat that loses no message its user sent: each stays "on its way" until the server has answered it, and goes out again
 * over every new connection until then. A server keeps those it has by their ids; this one merely sends all back.
 */
export class Chat {
  readonly #socket: RoamingWebSocket;
  readonly #changed: () => void;
  readonly #sentAt = new Map<number, number>();
  #lines: readonly ChatLine[] = [];

  /** The socket keeps nothing itself (`whileDown: 'refuse'`): what waits is kept here. */
  constructor(socket: RoamingWebSocket, changed: () => void) {
    this.#socket = socket;
    this.#changed = changed;
    socket.addEventListener('open', () => {
      for (const line of this.#lines) if (line.answeredMs === null) this.#send(line);
      changed();
    });
    socket.addEventListener('message', ({ data }) => this.#answered(Number(JSON.parse(data).id)));
    for (const type of ['close', 'reconnecting', 'reconnected'] as const) {
      socket.addEventListener(type, () => changed());
    }
  }

  get lines(): readonly ChatLine[] {
    return this.#lines;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  say(text: string): void {
    const line: ChatLine = { id: this.#lines.length + 1, text, answeredMs: null };
    this.#lines = [...this.#lines, line];
    this.#sentAt.set(line.id, performance.now());
    this.#send(line);
    this.#changed();
  }

  #send({ id, text }: ChatLine): void {
    this.#socket.send(JSON.stringify({ id, text }));
  }

  #answered(id: number): void {
    const sentAt = this.#sentAt.get(id);
    // Answered before: it went out twice, over the old connection and the new one.
    if (sentAt === undefined) return;
    this.#sentAt.delete(id);
    const answeredMs = performance.now() - sentAt;
    this.#lines = this.#lines.map((line) => (line.id === id ? { ...line, answeredMs } : line));
    this.#changed();
  }
}
