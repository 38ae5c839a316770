import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../scripts/electron/default-app/arguments.cjs';

describe('parseArguments of the default app', () => {
  it('takes the first argument that is no option as the application, and leaves it all that follows', () => {
    expect(parseArguments(['--no-sandbox', '--inspect=0', '.', '--version', 'more'])).toEqual({
      appPath: '.',
      preloads: [],
      isVersionAsked: false,
    });
  });

  it('collects the modules to load first', () => {
    expect(parseArguments(['-r', 'loader.js', '--require', 'other.js', 'app'])).toMatchObject({
      appPath: 'app',
      preloads: ['loader.js', 'other.js'],
    });
  });

  it('knows when only the version is asked for', () => {
    expect(parseArguments(['--version'])).toMatchObject({ appPath: undefined, isVersionAsked: true });
  });
});
