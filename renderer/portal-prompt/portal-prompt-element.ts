import { getRoamkit } from '../get-roamkit.js';
import { isSameQuestion, type PortalQuestion, portalDismissal } from '../portal-dismissal.js';
import { promptAsk } from './prompt-ask.js';
import { defaultStrings, type PortalPromptStrings } from './prompt-strings.js';
import { promptStyles } from './prompt-styles.js';
import { PromptView } from './prompt-view.js';

// A server that renders the page has no elements, and never makes one of these.
const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

type PromptEvent = 'roamkit-sign-in' | 'roamkit-recheck' | 'roamkit-dismiss';

/**
 * `<roamkit-portal-prompt>`: tells the user of a captive portal, and offers to sign in, to try again, or not to be asked on this
 * network. Empty, and takes no room, while there is nothing to say. See `registerPortalPrompt()`.
 *
 * Attributes: `variant` is `notice` (default: a box in the page, announced politely by screen readers, that takes no focus) or
 * `dialog` (modal: has the focus, keeps Tab inside, Escape dismisses, the focus goes back); `theme` is `light`, `dark`, or as the
 * system says.
 *
 * Events, each before its action, which `preventDefault()` keeps from happening: `roamkit-sign-in`, `roamkit-recheck`,
 * `roamkit-dismiss`. They bubble, also out of other shadow roots.
 *
 * Custom properties: `--roamkit-portal-` followed by `accent`, `on-accent`, `background`, `text`, `muted`, `border`, `tint`, `radius`,
 * `shadow`, `font`. Parts: `notice` or `dialog`, `icon`, `words`, `title`, `message`, `host`, `note`, `actions`, `button`,
 * `sign-in`, `try-again`, `dismiss`.
 */
export class RoamkitPortalPrompt extends ElementBase {
  static readonly observedAttributes: readonly string[] = ['variant'];

  #strings: PortalPromptStrings = defaultStrings;
  #view: PromptView | null = null;
  #stop: (() => void)[] = [];
  #asked: PortalQuestion | null = null;
  /** What came of the user's last action on what is asked. */
  #note: keyof PortalPromptStrings | null = null;
  #isChecking = false;

  /** What the prompt says instead of the English default; what is left out stays. */
  get strings(): PortalPromptStrings {
    return this.#strings;
  }

  set strings(strings: Partial<PortalPromptStrings>) {
    this.#strings = { ...defaultStrings, ...strings };
    this.#render();
  }

  /** Called by the browser. */
  connectedCallback(): void {
    this.#takeEarlyStrings();
    this.#buildView();
    const portal = getRoamkit().select((snapshot) => snapshot.portal);
    this.#stop = [portal.subscribe(() => this.#render()), portalDismissal.subscribe(() => this.#render())];
    this.#render();
  }

  /** Called by the browser. */
  disconnectedCallback(): void {
    for (const stop of this.#stop.splice(0)) stop();
    this.#view?.hide();
    this.#view = null;
  }

  /** Called by the browser. */
  attributeChangedCallback(): void {
    if (this.#view === null) return;
    this.#view.hide();
    this.#buildView();
    this.#render();
  }

  // A framework may have set them before the element was registered, which hides the accessor.
  #takeEarlyStrings(): void {
    const early = Object.getOwnPropertyDescriptor(this, 'strings');
    if (early === undefined) return;
    Reflect.deleteProperty(this, 'strings');
    this.strings = early.value;
  }

  #buildView(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [promptStyles()];
    this.#view = new PromptView(this.getAttribute('variant') === 'dialog' ? 'dialog' : 'notice', {
      signIn: () => void this.#signIn(),
      tryAgain: () => void this.#tryAgain(),
      dismiss: () => this.#dismiss(),
    });
    root.replaceChildren(this.#view.root);
  }

  #render(): void {
    const ask = promptAsk(getRoamkit().getSnapshot().portal, this.#strings);
    const asked = ask?.portal ?? null;
    if (!isSameQuestion(asked, this.#asked)) this.#note = null;
    this.#asked = asked;
    if (ask === null) {
      this.#view?.hide();
      return;
    }
    const note = this.#isChecking ? 'checking' : this.#note;
    this.#view?.show(ask, this.#strings, note === null ? '' : this.#strings[note], this.#isChecking);
  }

  async #signIn(): Promise<void> {
    if (!this.#offer('roamkit-sign-in')) return;
    const asked = this.#asked;
    const isOpen = await getRoamkit()
      .openPortal()
      .catch(() => false);
    this.#tell(isOpen ? 'opened' : 'openFailed', asked);
  }

  async #tryAgain(): Promise<void> {
    if (!this.#offer('roamkit-recheck')) return;
    const asked = this.#asked;
    this.#isChecking = true;
    this.#render();
    await getRoamkit()
      .recheckPortal()
      .catch(() => {});
    this.#isChecking = false;
    this.#tell('stillCaptive', asked);
  }

  #dismiss(): void {
    const { portal } = getRoamkit().getSnapshot();
    if (portal !== null && this.#offer('roamkit-dismiss')) portalDismissal.dismiss(portal);
  }

  #tell(note: keyof PortalPromptStrings, asked: PortalQuestion | null): void {
    // The network may have become another one meanwhile.
    if (isSameQuestion(asked, this.#asked)) this.#note = note;
    this.#render();
  }

  /** Whether nobody minds. */
  #offer(name: PromptEvent): boolean {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true }));
  }
}
