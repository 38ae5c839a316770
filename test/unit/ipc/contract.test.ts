import { expect, expectTypeOf, it } from 'vitest';
import {
  contract,
  type EventPayload,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from '../../../ipc/contract.js';
import type { TrackRequest } from '../../../ipc/messages.js';
import type { ConnectivitySnapshot, SnapshotDelta } from '../../../ipc/snapshot.js';

it('has a name of its own for every channel', () => {
  const channels = [...Object.values(contract.requests), ...Object.values(contract.events)];
  expect(new Set(channels.map(({ name }) => name)).size).toBe(channels.length);
});

it('says what each channel carries', () => {
  expectTypeOf<RequestName>().toEqualTypeOf<
    'snapshot' | 'subscribe' | 'unsubscribe' | 'track' | 'untrack' | 'recheckPortal' | 'openPortal'
  >();
  expectTypeOf<RequestInput<'track'>>().toEqualTypeOf<TrackRequest>();
  expectTypeOf<RequestOutput<'track'>>().toEqualTypeOf<{
    readonly id: number;
    readonly generation: number;
  }>();
  expectTypeOf<RequestInput<'subscribe'>>().toEqualTypeOf<null>();
  expectTypeOf<RequestOutput<'subscribe'>>().toEqualTypeOf<ConnectivitySnapshot>();
  expectTypeOf<EventPayload<'delta'>>().toEqualTypeOf<SnapshotDelta>();
});
