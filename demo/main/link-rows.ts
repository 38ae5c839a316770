import type { NetworkState } from 'roamkit';
import type { LinkRow } from '../shared/view.js';

/** The state's links as rows: those that carry a default path first, then what is up, the loopback last. */
export function linkRows({ links, addresses, defaultPaths }: NetworkState): readonly LinkRow[] {
  const rows = links.map((link): LinkRow & { readonly rank: number } => {
    const defaultFor = ([4, 6] as const).filter((family) => defaultPaths[family]?.oif === link.ifindex);
    const isUsable = link.isUp && link.hasCarrier;
    return {
      ifindex: link.ifindex,
      name: link.name,
      kind: link.isLoopback ? 'loopback' : link.kind,
      isUp: link.isUp,
      hasCarrier: link.hasCarrier,
      addresses: addresses
        .filter((address) => address.ifindex === link.ifindex)
        .sort((a, b) => Number(a.scope === 'link') - Number(b.scope === 'link'))
        .map((address) => `${address.address}/${address.prefixLength}`),
      defaultFor,
      rank: link.isLoopback ? 3 : defaultFor.length > 0 ? 0 : isUsable ? 1 : 2,
    };
  });
  return rows.sort((a, b) => a.rank - b.rank || a.ifindex - b.ifindex).map(({ rank: _, ...row }) => row);
}
