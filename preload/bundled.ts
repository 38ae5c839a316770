// What scripts/build.mjs bundles into one file for the sessions that startRoamkit injects it into.
import { exposeRoamkit } from './expose-roamkit.js';

exposeRoamkit();
