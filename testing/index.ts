export {
  captiveApi,
  loginRequired,
  openNetwork,
  type PortalBehaviour,
  redirectTo,
  signInPage,
} from './behaviour.js';
export {
  type PortalScript,
  PortalServer,
  type PortalServerOptions,
  type PortalServerRequest,
} from './portal-server.js';
