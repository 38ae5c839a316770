/** The addon's exports: `NativeAddon` in main/monitor/native-addon.ts. Throws where there is none for this platform. */
export function loadNative(): unknown;
