import { defineConfig } from 'vite';

export default defineConfig({
  // roamkit stays outside of the main process's bundle: its addon is found beside it.
  build: { rollupOptions: { external: ['roamkit/main'] } },
});
