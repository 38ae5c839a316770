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
  /** What is asked whether the way to the internet is open, one URL a family. */
  readonly probes: readonly string[];
  /** On the Wi-Fi itself. */
  readonly printer: Target;
}

/** This computer's own network. */
interface HostScene {
  readonly scene: 'host';
  /** What the user asked to connect to. */
  readonly targets: readonly Target[];
}

/** What the driver tells the application as it starts it. */
export interface DemoOptions {
  readonly network: LabScene | HostScene;
  /** Nobody watches: no graphics card, and no window manager that would place the window. */
  readonly isHeadless: boolean;
  /** A folder for what Chromium keeps, which the driver removes; `null`: the user's own, as of any application. */
  readonly userData: string | null;
}

const ARGUMENT = '--demo-options=';

/** The options as an argument of the application. */
export function optionsArgument(options: DemoOptions): string {
  return ARGUMENT + JSON.stringify(options);
}

/** The options among the application's arguments. Where a person started it, there are none: it shows this computer's own network. */
export function readOptions(args: readonly string[]): DemoOptions {
  const argument = args.find((each) => each.startsWith(ARGUMENT));
  if (argument === undefined) {
    return { network: { scene: 'host', targets: [] }, isHeadless: false, userData: null };
  }
  return JSON.parse(argument.slice(ARGUMENT.length)) as DemoOptions;
}
