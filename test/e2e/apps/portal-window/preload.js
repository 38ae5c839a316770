// What the application gives its own pages.
import { contextBridge } from 'electron';

contextBridge.exposeInMainWorld('application', { secret: () => 'secret' });
