import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { networkdPortalSource } from '../../main/index.js';
import { Networkd, networkdBinary } from '../fixtures/networkd.js';
import { Lab, waitFor } from '../lab/index.js';

const URI = 'https://portal.example/api?a=1&b=2';

// Since 256 leases are kept on a disk by default, and none is given before there is one.
const SERVER = `[Match]
Name=eth0
[Network]
Address=192.0.2.254/24
DHCPServer=yes
[DHCPServer]
EmitDNS=no
PersistLeases=no
SendOption=114:string:${URI}
`;

const CLIENT = `[Match]
Name=wlan0
[Network]
DHCP=ipv4
[DHCPv4]
ClientIdentifier=mac
`;

// The first release that asks for option 114 (systemd's pull request 28132).
const KNOWS_SINCE = 254;

const binary = networkdBinary();

// A machine without systemd has nothing to be told by.
it.skipIf(binary === null)(
  "tells of the URI that this machine's systemd-networkd has by DHCP, or of none where it is too old",
  async () => {
    if (binary === null) return;
    await using lab = await Lab.create();
    const [client, server] = await Promise.all([lab.host('client'), lab.host('server')]);
    const { a: wlan0 } = await lab.link(client, server, { names: ['wlan0', 'eth0'] });
    await using networks = await Networkd.start(server, binary, SERVER);
    await using networkd = await Networkd.start(client, binary, CLIENT);
    const ifindex = await wlan0.ifindex();
    const state = (): string => {
      try {
        return readFileSync(`${networkd.linkStates}/${ifindex}`, 'utf8');
      } catch {
        return '';
      }
    };
    await waitFor(() => state() !== '', {
      what: `networkd to know its link; ${networks.process.stderr} ${networkd.process.stderr}`,
      timeoutMs: 20_000,
    });
    const told: (string | null)[] = [];
    const stop = networkdPortalSource({ directory: networkd.linkStates }).watch((announcement) => {
      if (announcement.ifindex === ifindex) told.push(announcement.uri);
    });
    try {
      await waitFor(() => state().includes('IPV4_ADDRESS_STATE=routable'), {
        what: `an address by DHCP: ${networkd.process.stderr}`,
        timeoutMs: 30_000,
      });
      const expected = binary.version >= KNOWS_SINCE ? URI : null;
      await waitFor(() => told.at(-1) === expected, { what: `${expected} to be told of` });
      if (expected === null) expect(new Set(told)).toEqual(new Set([null]));
    } finally {
      stop();
    }
  },
  90_000,
);
