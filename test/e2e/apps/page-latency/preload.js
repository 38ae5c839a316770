// For the page to hear what the kernel tells with nothing of roamkit in between.
import { contextBridge, ipcRenderer } from 'electron';

contextBridge.exposeInMainWorld('kernel', {
  onNews: (listener) => ipcRenderer.on('kernel-news', () => listener()),
});
