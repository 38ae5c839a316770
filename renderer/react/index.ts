'use client';

export { useConnectivity } from './use-connectivity.js';
export { type PortalView, usePortal } from './use-portal.js';
export { useReconnect } from './use-reconnect.js';
