import type { NetworkState } from '../../../core/network-types.js';
import type { PortalInfo } from '../../../core/portal-types.js';
import { needsUser } from '../portal-needs-user.js';
import { withHost } from '../portal-window/strings.js';
import type { PortalNoticeStrings } from './strings.js';

/** A notification that is on the screen. */
export interface ShownNotice {
  close(): void;
}

/** An item of a menu that does something. */
export interface PortalMenuItem {
  readonly label: string;
  readonly click: () => void;
}

/** What the notices are made with. */
export interface NoticeMeans {
  readonly strings: PortalNoticeStrings;
  /** Shows a notification; `onClick` is the user's act. `null` where there are no notifications. */
  readonly notify: (title: string, body: string, onClick: () => void) => ShownNotice | null;
  readonly setMenu: (items: readonly PortalMenuItem[]) => void;
  readonly signIn: () => void;
  readonly tryAgain: () => void;
}

/** One notification for each question that a portal puts to the user, and a menu for as long as it waits for an answer. */
export class PortalNotices {
  readonly #means: NoticeMeans;
  #asked: PortalInfo | null = null;
  #shown: ShownNotice | null = null;

  constructor(means: NoticeMeans) {
    this.#means = means;
    means.setMenu([]);
  }

  update({ portal }: Pick<NetworkState, 'portal'>): void {
    const asked = portal !== null && needsUser(portal) ? portal : null;
    if (isSameQuestion(asked, this.#asked)) return;
    this.close();
    this.#asked = asked;
    if (asked === null) return;
    const { notify, setMenu, signIn, strings, tryAgain } = this.#means;
    const [title, body, label] = asked.isCaptive
      ? [strings.title, strings.body, strings.signIn]
      : [strings.expiringTitle, strings.expiringBody, strings.extend];
    this.#shown = notify(withHost(title, asked.host), withHost(body, asked.host), signIn);
    setMenu([
      { label: withHost(label, asked.host), click: signIn },
      { label: strings.tryAgain, click: tryAgain },
    ]);
  }

  /** Takes back what is shown. */
  close(): void {
    this.#shown?.close();
    this.#shown = null;
    if (this.#asked !== null) this.#means.setMenu([]);
    this.#asked = null;
  }
}

function isSameQuestion(a: PortalInfo | null, b: PortalInfo | null): boolean {
  return a?.host === b?.host && a?.isCaptive === b?.isCaptive && a?.generation === b?.generation;
}
