import { defineConfig } from 'electron-vite';

export default defineConfig({
  // Dependencies stay outside of the main process's bundle by default, as roamkit has to.
  main: {},
  // A sandboxed preload script is one CommonJS file that can require nothing but 'electron'.
  preload: {
    build: {
      externalizeDeps: { exclude: ['roamkit'] },
      rollupOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {},
});
