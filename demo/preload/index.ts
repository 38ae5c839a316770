// The demo's preload script: roamkit's bridge, and the demo's own beside it, each functions only.
import { contextBridge, ipcRenderer } from 'electron';
import { exposeRoamkit } from 'roamkit/preload';
import { channels, DEMO_KEY, type DemoApi } from '../shared/demo-api.js';

const api: DemoApi = {
  snapshot: () => ipcRenderer.invoke(channels.snapshot),
  clock: () => ipcRenderer.invoke(channels.clock),
  reportSocket: (report) => ipcRenderer.send(channels.socket, report),
  onView: (handler) => {
    ipcRenderer.on(channels.view, (_event, view) => handler(view));
  },
  onTimeline: (handler) => {
    ipcRenderer.on(channels.timeline, (_event, entries) => handler(entries));
  },
};

exposeRoamkit();
contextBridge.exposeInMainWorld(DEMO_KEY, api);
