/** A TCP server. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Where the lab's servers are, for the application that runs in the lab. */
export interface LabScene {
  readonly scene: 'lab';
  /** The laptop's own address on the Wi-Fi. */
  readonly wifiAddress: string;
  /** Echo servers. */
  readonly tcp: Target;
  readonly tcp6: Target;
  readonly webSocket: Target;
  /** On the Wi-Fi itself. */
  readonly printer: Target;
}

/** This computer's own network. */
interface HostScene {
  readonly scene: 'host';
  /** What the user asked to connect to. */
  readonly targets: readonly Target[];
}

/** What the driver tells the application as it starts it: the one argument, as JSON. */
export interface DemoOptions {
  readonly network: LabScene | HostScene;
  /** Nobody watches: no graphics card, and no window manager that would place the window. */
  readonly isHeadless: boolean;
  /** A folder for what Chromium keeps; the driver removes it. */
  readonly userData: string;
}
