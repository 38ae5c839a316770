import { describe, expect, it } from 'vitest';
import { PINNED_BUILDS, selectPinnedBuild } from '../../../scripts/electron/pinned-builds.mjs';

describe('selectPinnedBuild', () => {
  it('takes Electron 33 by default', () => {
    expect(selectPinnedBuild().electronVersion).toBe('33.2.1');
  });

  it.each([
    ['27', '27.3.10'],
    ['25.8.4', '25.8.4'],
  ])('takes %s as Electron %s', (version, electronVersion) => {
    expect(selectPinnedBuild(version).electronVersion).toBe(electronVersion);
  });

  it.each(['26', '33.0.0', '33.', ''])("refuses '%s' and tells the choices", (version) => {
    expect(() => selectPinnedBuild(version)).toThrow(
      expect.objectContaining({ name: 'SetupError', remedy: expect.stringContaining('33.2.1') }),
    );
  });
});

describe('PINNED_BUILDS', () => {
  it.each(Object.values(PINNED_BUILDS))('pins $packageSpec by its exact version and SHA-512', (build) => {
    expect(build.packageSpec).toMatch(/@\d+\.\d+\.\d+$/);
    const digest = build.integrity.replace(/^sha512-/, '');
    expect(Buffer.from(digest, 'base64')).toHaveLength(64);
  });
});
