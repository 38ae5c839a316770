import { expect, it, vi } from 'vitest';
import { pagePortal } from '../../../../main/electron/page-portal.js';

const open = vi.fn(() => true);

/** A page whose user has, or has not, just done something; or that is gone. */
function pageWith(isActive: boolean | Error) {
  const contents = {
    executeJavaScriptInIsolatedWorld: async () => {
      if (isActive instanceof Error) throw isActive;
      return isActive;
    },
  };
  open.mockClear();
  return pagePortal({ recheck: async () => 'portal', open }, contents as never);
}

it('opens the sign-in window for an act of the user', async () => {
  expect(await pageWith(true).open()).toBe(true);
});

it.each([false, new Error('the page is gone')])('refuses it without one (%s)', async (isActive) => {
  await expect(pageWith(isActive).open()).rejects.toMatchObject({
    code: 'ERR_ROAMKIT_IPC_REFUSED',
    reason: 'gesture',
  });
  expect(open).not.toHaveBeenCalled();
});
