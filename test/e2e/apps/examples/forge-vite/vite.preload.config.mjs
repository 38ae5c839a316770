import { defineConfig } from 'vite';

// Bundled with all that it imports: a sandboxed preload script can require nothing but 'electron'.
export default defineConfig({});
