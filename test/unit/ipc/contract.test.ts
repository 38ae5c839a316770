import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import { BRIDGE_KEY, type RoamkitBridge } from '../../../ipc/bridge.js';
import {
  contract,
  type EventPayload,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from '../../../ipc/contract.js';
import type { IpcResult, RefusalReason, TrackRequest } from '../../../ipc/messages.js';
import type { ConnectivitySnapshot, SnapshotDelta } from '../../../ipc/snapshot.js';

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };

it('has a name of its own for every channel', () => {
  const channels = [...Object.values(contract.requests), ...Object.values(contract.events)];
  expect(new Set(channels.map(({ name }) => name)).size).toBe(channels.length);
});

it("is of the package's minor version", () => {
  expect(packageVersion.startsWith(`${contract.version}.`)).toBe(true);
});

it('keeps what versions need in order to refuse each other', () => {
  expect(BRIDGE_KEY).toBe('__roamkit');
  expect(contract.requests.subscribe.name).toBe('roamkit:subscribe');
  expect(contract.events.started.name).toBe('roamkit:started');
  expectTypeOf(contract.version).toExtend<ReturnType<RoamkitBridge['version']>>();
  expectTypeOf<Extract<IpcResult<null>, { readonly ok: false }>>().toEqualTypeOf<{
    readonly ok: false;
    readonly error: {
      readonly code: 'ERR_ROAMKIT_IPC_REFUSED';
      readonly message: string;
      readonly reason: RefusalReason;
    };
  }>();
});

it('says what each channel carries', () => {
  expectTypeOf<RequestName>().toEqualTypeOf<
    | 'snapshot'
    | 'subscribe'
    | 'deliver'
    | 'unsubscribe'
    | 'track'
    | 'untrack'
    | 'isSuspect'
    | 'recheckPortal'
    | 'openPortal'
  >();
  expectTypeOf<RequestInput<'track'>>().toEqualTypeOf<TrackRequest>();
  expectTypeOf<RequestOutput<'track'>>().toEqualTypeOf<{
    readonly id: number;
    readonly generation: number;
  }>();
  expectTypeOf<RequestInput<'isSuspect'>>().toEqualTypeOf<RequestInput<'untrack'>>();
  expectTypeOf<RequestOutput<'isSuspect'>>().toEqualTypeOf<boolean>();
  expectTypeOf<RequestInput<'subscribe'>>().toEqualTypeOf<null>();
  expectTypeOf<RequestOutput<'subscribe'>>().toEqualTypeOf<ConnectivitySnapshot>();
  expectTypeOf<EventPayload<'delta'>>().toEqualTypeOf<SnapshotDelta>();
});
