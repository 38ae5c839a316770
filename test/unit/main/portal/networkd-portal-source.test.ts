import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { detectorSettings } from '../../../../main/portal/detector-options.js';
import {
  type NetworkdPortalOptions,
  networkdPortalSource,
} from '../../../../main/portal/networkd-portal-source.js';

const URI = 'https://portal.example/api?a=1&b=2';

/** What systemd-networkd 254.26, 257.13 and 262.1 wrote in a network that named its API by DHCP's option 114. */
const KNOWING = `# This is private data. Do not parse.
ADMIN_STATE=configured
OPER_STATE=routable
CARRIER_STATE=carrier
ADDRESS_STATE=routable
IPV4_ADDRESS_STATE=routable
IPV6_ADDRESS_STATE=degraded
ONLINE_STATE=online
REQUIRED_FOR_ONLINE=yes
REQUIRED_OPER_STATE_FOR_ONLINE=degraded:routable
REQUIRED_FAMILY_FOR_ONLINE=any
ACTIVATION_POLICY=up
NETWORK_FILE=/run/systemd/network/10-c.network
NETWORK_FILE_DROPINS=""
DNS=
NTP=
SIP=
CAPTIVE_PORTAL=${URI}
DOMAINS=
ROUTE_DOMAINS=
LLMNR=yes
MDNS=no
DHCP6_CLIENT_DUID=DUID-EN/Vendor:0000ab110033bdebf95e192c
`;

/** What 252.38 wrote in the same network, and the others where none is named. */
const KNOWING_NOTHING = KNOWING.replace(/^CAPTIVE_PORTAL.*\n/m, '');

let directory: string;
let told: string[];
let stop: () => void;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'roamkit-networkd-'));
  told = [];
  stop = () => {};
});

afterEach(() => {
  stop();
  rmSync(directory, { recursive: true });
});

/** As networkd does it: a file beside it, which takes its place. */
function write(name: string, state: string): void {
  const temporary = path.join(directory, `.#${name}wXyZ12`);
  writeFileSync(temporary, state);
  renameSync(temporary, path.join(directory, name));
}

function watch(): void {
  stop = networkdPortalSource({ directory }).watch(({ ifindex, uri }) => told.push(`${ifindex} ${uri}`));
}

describe('a link that networkd looks after', () => {
  it('is told of at once with the URI that it has', () => {
    write('2', KNOWING);
    write('3', KNOWING_NOTHING);
    watch();
    expect(told.sort()).toEqual([`2 ${URI}`, '3 null']);
  });

  it('is told of again when its state is written, and when it is gone', async () => {
    write('2', KNOWING_NOTHING);
    watch();
    write('2', KNOWING);
    await vi.waitFor(() => expect(told.at(-1)).toBe(`2 ${URI}`));
    // A link whose carrier was away may have the same one as before.
    const before = told.length;
    write('2', KNOWING);
    await vi.waitFor(() => expect(told.slice(before)).toContain(`2 ${URI}`));
    unlinkSync(path.join(directory, '2'));
    await vi.waitFor(() => expect(told.at(-1)).toBe('2 null'));
  });

  it('is told of no more once the watch is ended', async () => {
    watch();
    stop();
    write('2', KNOWING);
    // Somebody else is told of the same files, so that there was time to.
    let isOther = false;
    const stopOther = networkdPortalSource({ directory }).watch(() => {
      isOther = true;
    });
    write('3', KNOWING);
    await vi.waitFor(() => expect(isOther).toBe(true));
    stopOther();
    expect(told).toEqual([]);
  });
});

describe('nothing is told of', () => {
  it.each([
    ['a line that is not whole', KNOWING.slice(0, KNOWING.indexOf('/api'))],
    ['an empty URI', KNOWING.replace(URI, '')],
    ['another field', KNOWING.replace('CAPTIVE_PORTAL', 'NOT_A_CAPTIVE_PORTAL')],
    ['no text', '\u0000\uffff'],
    ['what stands beyond 64 kB', `DNS=${'192.0.2.1 '.repeat(7000)}\n${KNOWING}`],
  ])('%s', (_what, state) => {
    write('2', state);
    watch();
    expect(told).toEqual(['2 null']);
  });

  it('files that are no link', () => {
    for (const name of ['.#2wXyZ12', 'state', '02', '0', '-1', '2.5']) {
      writeFileSync(path.join(directory, name), KNOWING);
    }
    watch();
    expect(told).toEqual([]);
  });

  it('what is no file, and does not hold up who asks', () => {
    mkdirSync(path.join(directory, '2'));
    execFileSync('mkfifo', [path.join(directory, '3')]);
    watch();
    expect(told.sort()).toEqual(['2 null', '3 null']);
  });

  it('machines without networkd', () => {
    directory = path.join(directory, 'links');
    watch();
    expect(told).toEqual([]);
    directory = path.dirname(directory);
  });
});

it('is what detectors listen to by default, and applications may leave out', () => {
  expect(detectorSettings({}).sources).toHaveLength(1);
  expect(detectorSettings({ sources: [] }).sources).toEqual([]);
});

it.each([{ directory: 'run/systemd' }, { directory: 1 }] as unknown as NetworkdPortalOptions[])(
  'refuses %o, naming it',
  (options) => {
    expect(() => networkdPortalSource(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringContaining('directory: '),
      }),
    );
  },
);
