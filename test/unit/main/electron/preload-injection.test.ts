import { fileURLToPath } from 'node:url';
import type { Session } from 'electron';
import { expect, it } from 'vitest';
import { makeSignInSession } from '../../../../main/electron/portal-window/sign-in-sessions.js';
import { PreloadInjection } from '../../../../main/electron/preload-injection.js';

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

/** A session of Electron 35 and newer. */
function newerSession() {
  const scripts = new Map<string, unknown>();
  return {
    scripts,
    getPreloadScripts: () => [...scripts.keys()].map((id) => ({ id })),
    registerPreloadScript(script: unknown): string {
      scripts.set('id', script);
      return 'id';
    },
    unregisterPreloadScript(id: string): void {
      if (!scripts.delete(id)) throw new Error('Cannot unregister preload script with non-existing ID');
    },
  };
}

/** Injects it; returns what takes it back. */
function inject(...sessions: unknown[]): () => void {
  const injection = new PreloadInjection(FILE);
  for (const session of sessions) injection.add(session as Session);
  return () => injection[Symbol.dispose]();
}

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
  const session = newerSession();
  const takeBack = inject(session, session);
  expect([...session.scripts.values()]).toEqual([{ type: 'frame', filePath: FILE }]);
  takeBack();
  expect(session.scripts.size).toBe(0);
});

it('takes back what somebody else took out before', () => {
  const [older, newer] = [olderSession(), newerSession()];
  const takeBack = inject(older, newer);
  older.setPreloads([]);
  newer.scripts.clear();
  takeBack();
  expect(older.preloads).toEqual([]);
});

it("leaves a sign-in window's session out, when it is made and afterwards", () => {
  const session = olderSession();
  const injection = new PreloadInjection(FILE);
  makeSignInSession(() => {
    // What `session-created` does.
    injection.add(session as unknown as Session);
    return session as unknown as Session;
  });
  injection.add(session as unknown as Session);
  expect(session.preloads).toEqual([]);
  const next = olderSession();
  injection.add(next as unknown as Session);
  expect(next.preloads).toEqual([FILE]);
});

it('says what to do where the file is missing', () => {
  expect(() => new PreloadInjection('/bundle/dist/preload.cjs')).toThrow(
    /^injectPreload: .*\/bundle\/dist\/preload\.cjs.*bundled.*exposeRoamkit/,
  );
});
