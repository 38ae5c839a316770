import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../../../main/cli/commands/routes.js';
import { run } from '../run.js';

const filter = (values: Record<string, string>) => filterOf({ values, positionals: [] });

describe('roamkit routes', () => {
  it('lists the main table unless told otherwise, as ip route does', () => {
    expect(filter({})).toEqual({ table: 254 });
    expect(filter({ table: 'local' })).toEqual({ table: 255 });
    expect(filter({ table: '1000' })).toEqual({ table: 1000 });
    expect(filter({ table: 'all', family: '6' })).toEqual({ family: 6 });
  });

  it.each<[readonly string[], string]>([
    [
      ['--table', 'mian'],
      "--table must be a number from 1 to 4294967295, all, default, main, local, not 'mian'",
    ],
    [['--table', '0'], "--table must be a number from 1 to 4294967295, all, default, main, local, not '0'"],
    [['--family', 'inet'], "--family must be 4 or 6, not 'inet'"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(['routes', ...args]);
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toBe(`roamkit routes: ${message}`);
  });

  it('fails, rather than list none, where routes cannot be seen', async () => {
    const { code, stdout, stderr } = await run(['routes', '--json']);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^roamkit routes: routes cannot be seen: .*\n$/);
  });
});
