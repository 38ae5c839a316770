export { exposeRoamkit } from './expose-roamkit.js';
