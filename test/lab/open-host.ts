import { Host } from './host.js';
import { openNamespace } from './namespace.js';
import { hostSysctls, type Sysctls } from './sysctl.js';

/** Options of `lab.host` and `lab.router`. */
export interface HostOptions {
  /**
   * Duplicate address detection for IPv6. Default false: an address is usable at once, so tests need not wait 1-2 s for
   * each. Set it to test tentative addresses.
   */
  readonly dad?: boolean;
  /** More kernel settings: `{ 'net.ipv6.conf.all.keep_addr_on_down': 1 }`. */
  readonly sysctls?: Sysctls;
}

/** Makes a namespace and the host that lives in it. Tests say `lab.host()`, which also closes it. */
export async function openHost(
  name: string,
  { dad = false, sysctls = {}, forwarding }: HostOptions & { readonly forwarding: boolean },
): Promise<Host> {
  const namespace = await openNamespace(`host "${name}"`, hostSysctls({ dad, forwarding, sysctls }));
  return new Host(name, namespace, { dad });
}
