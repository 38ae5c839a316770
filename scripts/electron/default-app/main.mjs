// Entry for Electron 28 and newer. Top-level await holds back the app's `ready` event until the application's own
// modules have run; without it an ES module could not register schemes or switches in time.
import { pathToFileURL } from 'node:url';
import launch from './launch.cjs';

await launch.startApplication((entry) => import(pathToFileURL(entry).href));
