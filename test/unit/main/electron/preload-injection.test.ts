import { fileURLToPath } from 'node:url';
import type { Session } from 'electron';
import { expect, it } from 'vitest';
import { injectPreload } from '../../../../main/electron/preload-injection.js';

const FILE = fileURLToPath(import.meta.url);

/** A session of Electron 25 to 34. */
function olderSession(...preloads: string[]) {
  return {
    preloads,
    getPreloads(): string[] {
      return [...this.preloads];
    },
    setPreloads(next: string[]): void {
      this.preloads = next;
    },
  };
}

const inject = (...sessions: unknown[]) => injectPreload(sessions as Session[], FILE);

it("comes after the application's own preloads, and goes alone", () => {
  const session = olderSession('/own.js');
  const takeBack = inject(session, session);
  expect(session.preloads).toEqual(['/own.js', FILE]);
  session.preloads.push('/later.js');
  takeBack();
  expect(session.preloads).toEqual(['/own.js', '/later.js']);
});

it('leaves a preload that is there already to whoever put it there', () => {
  const session = olderSession(FILE);
  inject(session)();
  expect(session.preloads).toEqual([FILE]);
});

it('registers a script where Electron can (35 and newer)', () => {
  const scripts = new Map<string, unknown>();
  const takeBack = inject({
    registerPreloadScript(script: unknown) {
      scripts.set('id', script);
      return 'id';
    },
    unregisterPreloadScript: (id: string) => scripts.delete(id),
  });
  expect([...scripts.values()]).toEqual([{ type: 'frame', filePath: FILE }]);
  takeBack();
  expect(scripts.size).toBe(0);
});

it('says what to do where the file is missing', () => {
  const session = olderSession();
  expect(() => injectPreload([session as unknown as Session], '/bundle/dist/preload.cjs')).toThrow(
    /injectPreload: .*\/bundle\/dist\/preload\.cjs.*bundled.*exposeRoamkit/,
  );
  expect(session.preloads).toEqual([]);
});
