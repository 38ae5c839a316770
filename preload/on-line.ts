// What scripts/build.mjs bundles into one file for the sessions whose policy overrides `navigator.onLine`.
import { ipcRenderer, webFrame } from 'electron';
import { type OnLine, onLineChannels } from '../ipc/on-line.js';
import { overrideOnLine } from './override-on-line.js';

let latest: OnLine = null;
let set: (onLine: OnLine) => void = () => {};

ipcRenderer.on(onLineChannels.tell, (_event, onLine: OnLine) => {
  latest = onLine;
  set(onLine);
});
// Synchronous, as the loading of this very script is: a page that looks at `navigator.onLine` in its first line is to get
// it right.
latest = ipcRenderer.sendSync(onLineChannels.ask);
void webFrame.executeJavaScript(`(${overrideOnLine})(${JSON.stringify(latest)})`).then((setter) => {
  set = setter;
  // It may have become another one meanwhile.
  set(latest);
});
