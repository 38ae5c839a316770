export { useConnectivity } from './use-connectivity.js';
