import type { Session } from 'electron';
import { expect, it } from 'vitest';
import { sessionPolicies } from '../../../../../main/electron/sessions/session-policy.js';

const session = {} as Session;

it('forgets names and proxies, resumes downloads and leaves the pools alone, unless told otherwise', () => {
  const defaults = {
    clearHostCache: true,
    reloadProxy: true,
    closePools: false,
    resumeDownloads: true,
    overrideOnLine: false,
  };
  expect(sessionPolicies()(session)).toEqual(defaults);
  expect(sessionPolicies({ reloadProxy: false })(session)).toEqual({ ...defaults, reloadProxy: false });
});

it('asks a function for each session', () => {
  const other = {} as Session;
  const policyOf = sessionPolicies((each) => ({ resumeDownloads: each === other }));
  expect([session, other].map((each) => policyOf(each).resumeDownloads)).toEqual([false, true]);
});

it.each([
  [null, 'sessionPolicy'],
  [{ clearHostCache: 'yes' }, 'sessionPolicy.clearHostCache'],
  [{ resumeDownloads: () => true }, 'sessionPolicy.resumeDownloads'],
  [{ closePools: 1 }, 'sessionPolicy.closePools'],
])('refuses %j, naming %s', (policy, field) => {
  expect(() => sessionPolicies(policy as never)).toThrow(new RegExp(`^${field}: `));
  expect(() => sessionPolicies(() => policy as never)(session)).toThrow(new RegExp(`^${field}: `));
});
