// A renderer process that somebody has taken over: its page can send whatever it likes.
import { contextBridge, ipcRenderer } from 'electron';

contextBridge.exposeInMainWorld('hostile', {
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
});
