import { type Channel, channel } from 'node:diagnostics_channel';

/** What is published on the channel `roamkit:CLASS` of `node:diagnostics_channel`, for each message of a bus. */
export interface BusChannelMessage {
  readonly class: string;
  readonly message: unknown;
}

/** The channels that mirror a bus. A channel that nobody listens to costs one look at a flag. */
export class BusChannels {
  readonly #channels = new Map<string, Channel>();

  hasSubscribers(messageClass: string): boolean {
    return this.#of(messageClass).hasSubscribers;
  }

  publish(messageClass: string, message: unknown): void {
    const found = this.#of(messageClass);
    if (!found.hasSubscribers) return;
    const payload: BusChannelMessage = { class: messageClass, message };
    found.publish(payload);
  }

  #of(messageClass: string): Channel {
    const known = this.#channels.get(messageClass);
    if (known !== undefined) return known;
    const made = channel(`roamkit:${messageClass}`);
    this.#channels.set(messageClass, made);
    return made;
  }
}
