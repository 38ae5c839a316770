import { expect, it } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { getRoamkit } from '../../../../renderer/get-roamkit.js';
import { useConnectivity } from '../../../../renderer/vue/index.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

it('renders the status unknown on a server, and subscribes to nothing', async () => {
  expect(typeof window).toBe('undefined');
  // Even where there is a client that knows more.
  await pageWithBridge();
  expect(getRoamkit().getSnapshot().status).toBe('online');
  const app = createSSRApp({
    setup: () => {
      const status = useConnectivity((snapshot) => snapshot.status);
      return () => h('p', status.value);
    },
  });
  expect(await renderToString(app)).toBe('<p>unknown</p>');
  leavePage();
});
