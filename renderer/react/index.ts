'use client';

export type { PortalPromptStrings } from '../portal-prompt/prompt-strings.js';
export { PortalPrompt, type PortalPromptProps } from './portal-prompt.js';
export { useConnectivity } from './use-connectivity.js';
export { type PortalView, usePortal } from './use-portal.js';
export { useReconnect } from './use-reconnect.js';
export {
  type RoamingWebSocketState,
  type RoamingWebSocketView,
  type UseRoamingWebSocketOptions,
  useRoamingWebSocket,
} from './use-roaming-web-socket.js';
