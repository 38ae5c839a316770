// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApp, defineComponent, h, nextTick } from 'vue';
import { useConnectivity } from '../../../../renderer/vue/index.js';
import type { FakeBridge } from '../fake-bridge.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

let main: FakeBridge;

beforeEach(async () => {
  main = await pageWithBridge();
});

afterEach(leavePage);

it('is a ref that follows until its component is unmounted', async () => {
  const rendered = vi.fn();
  let current = (): string => '';
  const app = createApp(
    defineComponent({
      setup() {
        const ref = useConnectivity((snapshot) => snapshot.status);
        current = () => ref.value;
        return () => {
          rendered();
          return h('p', ref.value);
        };
      },
    }),
  );
  const root = document.createElement('div');
  app.mount(root);
  expect(root.textContent).toBe('online');
  main.tell('delta', { seq: 1, changed: { generation: 5 } });
  await nextTick();
  expect(rendered).toHaveBeenCalledTimes(1);
  main.tell('delta', { seq: 2, changed: { status: 'local' } });
  await nextTick();
  expect(root.textContent).toBe('local');
  app.unmount();
  main.tell('delta', { seq: 3, changed: { status: 'offline' } });
  expect(current()).toBe('local');
});
