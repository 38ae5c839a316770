export { type ConnectivityStore, connectivityStore } from './connectivity-store.js';
export { mayReachInternet } from './may-reach-internet.js';
export { onlineListener } from './online-listener.js';
export { type ReconnectingSocket, reconnectWithNetwork } from './reconnect-with-network.js';
export { type UrlWhenOnlineOptions, urlWhenOnline } from './url-when-online.js';
