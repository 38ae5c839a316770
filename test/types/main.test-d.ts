// Types as tests: `npm run check` compiles this file; it is never run.
import { type Session, session } from 'electron';
import { type RoamkitOptions, startRoamkit } from 'roamkit/main';
import { expectTypeOf } from 'vitest';

expectTypeOf<RoamkitOptions['sessions']>().toEqualTypeOf<readonly Session[] | 'all' | undefined>();
await startRoamkit({ sessions: 'all' });
await startRoamkit({ sessions: [session.defaultSession, session.fromPartition('persist:account')] });
// @ts-expect-error There is no such word.
await startRoamkit({ sessions: 'default' });
// @ts-expect-error A partition's name is no session.
await startRoamkit({ sessions: ['persist:account'] });
