import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import type { FakeBridge } from '../fake-bridge.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

/** Gives each test of the file a page of its own, which ends with what React rendered in it; `main()` is its main process. */
export function reactPage(): { readonly main: () => FakeBridge } {
  let main: FakeBridge | undefined;
  beforeEach(async () => {
    main = await pageWithBridge();
  });
  afterEach(() => {
    cleanup();
    leavePage();
  });
  return {
    main: () => {
      if (main === undefined) throw new Error('a page is there while a test runs');
      return main;
    },
  };
}
