const { VitePlugin } = require('@electron-forge/plugin-vite');

// Where Electron cannot be downloaded: a folder with its zip file, and the version of that.
const { ELECTRON_ZIP_DIR: electronZipDir, ELECTRON_ZIP_VERSION: electronVersion } = process.env;

// What is packaged. By default Forge's Vite plugin leaves out node_modules, and with it what stays outside of the bundle.
const PACKAGED = /^\/(\.vite|node_modules|package\.json)(\/|$)/;

module.exports = {
  packagerConfig: {
    // The system's loader knows no archives: addons stay beside it.
    asar: { unpack: '**/*.node' },
    ignore: (file) => file !== '' && !PACKAGED.test(file),
    ...(electronZipDir ? { electronZipDir, electronVersion } : {}),
  },
  plugins: [
    new VitePlugin({
      build: [
        { entry: 'src/main.js', config: 'vite.main.config.mjs', target: 'main' },
        { entry: 'src/preload.js', config: 'vite.preload.config.mjs', target: 'preload' },
      ],
      renderer: [{ name: 'main_window', config: 'vite.renderer.config.mjs' }],
    }),
  ],
};
