import { beforeEach, expect, it, vi } from 'vitest';
import {
  type PortalMenuItem,
  PortalNotices,
} from '../../../../../main/electron/portal-notice/portal-notices.js';
import { defaultStrings } from '../../../../../main/electron/portal-notice/strings.js';
import { CAPTIVE } from '../../../support/portals.js';

const portal = { ...CAPTIVE, host: 'wifi.station.example' };
const close = vi.fn();
const notify = vi.fn((_title: string, _body: string, _onClick: () => void) => ({ close }));
const signIn = vi.fn();
const tryAgain = vi.fn();
let menu: readonly PortalMenuItem[];
let notices: PortalNotices;

beforeEach(() => {
  vi.clearAllMocks();
  notices = new PortalNotices({
    strings: defaultStrings,
    notify,
    setMenu: (items) => {
      menu = items;
    },
    signIn,
    tryAgain,
  });
});

it('has an empty menu and says nothing without a portal', () => {
  notices.update({ portal: null });
  notices.update({ portal: { ...portal, isCaptive: false } });
  expect(menu).toEqual([]);
  expect(notify).not.toHaveBeenCalled();
});

it('tells of a portal once, with its host, and a click signs in', () => {
  notices.update({ portal });
  notices.update({ portal: { ...portal, bytesRemaining: 7 } });
  expect(notify).toHaveBeenCalledExactlyOnceWith(
    'Sign in to this network',
    'wifi.station.example asks you to sign in before you can use the internet.',
    signIn,
  );
  menu[0]?.click();
  menu[1]?.click();
  expect([signIn.mock.calls.length, tryAgain.mock.calls.length]).toEqual([1, 1]);
});

it('takes back what it said when the user is through', () => {
  notices.update({ portal });
  notices.update({ portal: null });
  expect(close).toHaveBeenCalledTimes(1);
  expect(menu).toEqual([]);
});

it('tells anew of another network, and of a session that ends soon', () => {
  notices.update({ portal });
  notices.update({ portal: { ...portal, generation: 2 } });
  notices.update({ portal: { ...portal, generation: 2, isCaptive: false, isExpiring: true } });
  expect(notify.mock.calls.map(([title]) => title)).toEqual([
    'Sign in to this network',
    'Sign in to this network',
    'Your session ends soon',
  ]);
  expect(menu.map(({ label }) => label)).toEqual(['Extend the session…', 'Check the network again']);
});

it('offers no extension where there is none', () => {
  notices.update({ portal: { ...portal, isCaptive: false, isExpiring: true, canExtendSession: false } });
  expect(notify).not.toHaveBeenCalled();
});

it('keeps the menu where there are no notifications', () => {
  notify.mockReturnValueOnce(null as never);
  notices.update({ portal });
  expect(menu).toHaveLength(2);
  notices.close();
  expect(menu).toEqual([]);
});
