import { describe, expect, it } from 'vitest';
import { parseArguments, splitCommand, wholeNumberOption } from '../../../../main/cli/arguments.js';
import { UsageError } from '../../../../main/cli/usage.js';

describe('splitCommand', () => {
  it.each<[readonly string[], string | undefined, readonly string[]]>([
    [['status', '--json'], 'status', ['--json']],
    [['--json', 'status', 'x'], 'status', ['--json', 'x']],
    [['--netns', 'blue', 'lookup', '-'], 'lookup', ['--netns', 'blue', '-']],
    [['--help'], undefined, ['--help']],
    [[], undefined, []],
  ])('finds the command in %j', (argv, name, rest) => {
    expect(splitCommand(argv)).toEqual({ name, rest });
  });
});

describe('parseArguments', () => {
  const options = { table: { type: 'string' } } as const;

  it('takes a single dash for a positional', () => {
    expect(parseArguments(['-', '--json'], options).positionals).toEqual(['-']);
  });

  it.each([
    [['--table'], '--table needs a value'],
    [['--table', '--json'], "--table needs a value (--table=VALUE for one that starts with '-')"],
    [['--nope=1'], "unknown option '--nope'"],
    [['-h=1'], "unknown option '-='"],
  ])('says in one sentence what is wrong with %j', (args, message) => {
    expect(() => parseArguments(args, options)).toThrow(new UsageError(message));
  });
});

describe('wholeNumberOption', () => {
  const mark = (text: string) =>
    wholeNumberOption({ values: { mark: text }, positionals: [] }, 'mark', { least: 0, most: 255 });

  it('reads decimal and hexadecimal numbers', () => {
    expect(mark('17')).toBe(17);
    expect(mark('0x1F')).toBe(31);
    expect(mark('0')).toBe(0);
  });

  it.each(['256', '-1', '1.5', '1e2', ' 1', 'x', '0x'])('refuses %j, naming option and range', (text) => {
    expect(() => mark(text)).toThrow(`--mark must be a whole number from 0 to 255, not '${text}'`);
  });
});
