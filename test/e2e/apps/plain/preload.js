// An application's own preload script, bundled.
import { exposeRoamkit } from 'roamkit/preload';

exposeRoamkit();
