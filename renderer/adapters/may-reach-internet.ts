import { mayReachInternet as mayReach } from '../../core/status.js';
import type { Selector } from '../selection.js';

/** Whether requests to the internet may get anywhere: `false` where the status is `offline`, `local` or `portal`. */
export const mayReachInternet: Selector<boolean> = ({ status }) => mayReach(status);
