import { exposeRoamkit } from 'roamkit/preload';

exposeRoamkit();
