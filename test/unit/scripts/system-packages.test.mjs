import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chooseNames,
  ensureCommands,
  missingCommands,
  parseMissingLibraries,
} from '../../../scripts/system-packages.mjs';

describe('parseMissingLibraries', () => {
  it('names the libraries that ldd does not find', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007ffd)',
      '\tlibgtk-3.so.0 => not found',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f00)',
      '\tlibnss3.so => not found',
    ].join('\n');
    expect(parseMissingLibraries(output)).toEqual(['libgtk-3.so.0', 'libnss3.so']);
  });

  it('finds nothing missing in a script', () => {
    expect(parseMissingLibraries('\tnot a dynamic executable\n')).toEqual([]);
  });
});

describe('chooseNames', () => {
  const policy = [
    'libasound2:',
    '  Installed: (none)',
    '  Candidate: (none)',
    '  Version table:',
    'libasound2t64:',
    '  Installed: (none)',
    '  Candidate: 1.2.11-1build2',
    '  Version table:',
    'libnss3:',
    '  Installed: 2:3.98-1',
    '  Candidate: 2:3.98-1',
    '  Version table:',
  ].join('\n');

  it('takes the name that this release of the distribution has', () => {
    const packages = [['libasound2t64', 'libasound2'], ['libnss3']];
    expect(chooseNames(packages, policy)).toEqual({ names: ['libasound2t64', 'libnss3'], unknown: [] });
  });

  it('prefers the newer name where both can be installed', () => {
    const both = policy.replace('Candidate: (none)', 'Candidate: 1.2.11');
    expect(chooseNames([['libasound2t64', 'libasound2']], both).names).toEqual(['libasound2t64']);
  });

  it('tells the packages of which no name is known, by the name that most releases use', () => {
    expect(chooseNames([['libgtk-3-0t64', 'libgtk-3-0']], policy)).toEqual({
      names: [],
      unknown: ['libgtk-3-0'],
    });
  });

  it('names a package once', () => {
    expect(chooseNames([['libnss3'], ['libnss3']], policy).names).toEqual(['libnss3']);
  });
});

describe('missingCommands', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roamkit-commands-'));
    writeFileSync(join(folder, 'present'), '', { mode: 0o755 });
    writeFileSync(join(folder, 'not-executable'), '', { mode: 0o644 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names the commands that no folder of the search path has as an executable', () => {
    const searchPath = `/nowhere::${folder}`;
    expect(missingCommands(['present', 'not-executable', 'absent'], searchPath)).toEqual([
      'not-executable',
      'absent',
    ]);
  });
});

describe('ensureCommands', () => {
  it('is done at once when nothing is missing', async () => {
    await expect(ensureCommands([])).resolves.toBeUndefined();
  });

  it('refuses a command whose package it does not know', async () => {
    await expect(ensureCommands(['no-such-command'])).rejects.toThrow('No package is known');
  });
});
