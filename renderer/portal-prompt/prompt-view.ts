import type { PromptAsk } from './prompt-ask.js';
import { promptIcon } from './prompt-icon.js';
import { type PortalPromptStrings, textWithHost } from './prompt-strings.js';

/** `notice`: a box in the page, announced politely. `dialog`: modal, over the page. */
export type PromptVariant = 'notice' | 'dialog';

/** What the user can do. */
export interface PromptActions {
  readonly signIn: () => void;
  readonly tryAgain: () => void;
  readonly dismiss: () => void;
}

/** The prompt's elements in one of its two forms, and their keyboard. */
export class PromptView {
  /** What goes into the shadow root. */
  readonly root: HTMLElement;
  readonly #dialog: HTMLDialogElement | null;
  readonly #actions: PromptActions;
  readonly #title = paragraph('title');
  readonly #message = paragraph('message');
  readonly #note = paragraph('note');
  readonly #words = box('words');
  readonly #signIn = button('sign-in');
  readonly #tryAgain = button('try-again');
  readonly #dismiss = button('dismiss');
  #isShown = false;
  #said = '';
  /** Where the focus was before it came into a notice. */
  #focusedBefore: HTMLElement | null = null;

  constructor(variant: PromptVariant, actions: PromptActions) {
    this.#actions = actions;
    this.#dialog = variant === 'dialog' ? document.createElement('dialog') : null;
    this.root = this.#dialog ?? box('box');
    this.root.setAttribute('part', variant);
    this.#title.id = 'title';
    this.#message.id = 'message';
    const icon = box('icon');
    icon.append(promptIcon());
    const row = box('actions');
    row.append(this.#signIn, this.#tryAgain, this.#dismiss);
    this.root.append(icon, this.#words, row);
    this.#signIn.addEventListener('click', () => actions.signIn());
    this.#tryAgain.addEventListener('click', () => {
      if (this.#tryAgain.ariaDisabled !== 'true') actions.tryAgain();
    });
    this.#dismiss.addEventListener('click', () => actions.dismiss());
    this.#words.setAttribute('role', 'status');
    if (this.#dialog === null) this.#becomeNotice(this.root);
    else this.#becomeDialog(this.#dialog);
  }

  /** Shows what is asked, with a note on what came of it so far, which may be empty. */
  show(ask: PromptAsk, strings: PortalPromptStrings, note: string, isChecking: boolean): void {
    this.#signIn.textContent = ask.signIn;
    this.#tryAgain.textContent = strings.tryAgain;
    this.#dismiss.textContent = strings.dismiss;
    // Not `disabled`: the focus would be lost.
    this.#tryAgain.ariaDisabled = String(isChecking);
    this.#say(ask, note);
    this.#isShown = true;
    if (this.#dialog === null) {
      this.root.classList.add('shown');
      this.root.setAttribute('role', 'region');
    } else if (!this.#dialog.open && this.#dialog.isConnected) {
      this.#dialog.showModal();
    }
  }

  hide(): void {
    this.#isShown = false;
    if (this.#dialog !== null) {
      // Gives the focus back to where it was.
      this.#dialog.close();
      return;
    }
    const hadFocus = this.root.matches(':focus-within');
    this.root.classList.remove('shown');
    this.root.removeAttribute('role');
    this.#words.replaceChildren();
    this.#said = '';
    if (hadFocus) this.#focusedBefore?.focus();
  }

  // Only what is new: a live region repeats what is put there again.
  #say({ title, message, portal }: PromptAsk, note: string): void {
    const said = JSON.stringify([title, message, portal.host]);
    if (said !== this.#said) {
      this.#said = said;
      this.#title.textContent = title;
      this.#message.replaceChildren(...textWithHost(message, portal.host));
      this.#words.replaceChildren(this.#title, this.#message, this.#note);
    }
    if (this.#note.textContent !== note) this.#note.textContent = note;
  }

  #becomeNotice(notice: HTMLElement): void {
    notice.setAttribute('aria-labelledby', this.#title.id);
    notice.addEventListener('focusin', ({ relatedTarget }) => {
      if (relatedTarget instanceof HTMLElement && !notice.contains(relatedTarget)) {
        this.#focusedBefore = relatedTarget;
      }
    });
    notice.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.#actions.dismiss();
    });
  }

  #becomeDialog(dialog: HTMLDialogElement): void {
    dialog.setAttribute('aria-labelledby', this.#title.id);
    dialog.setAttribute('aria-describedby', this.#message.id);
    this.#signIn.autofocus = true;
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.#actions.dismiss();
    });
    // A second Escape closes it whatever is said to `cancel`.
    dialog.addEventListener('close', () => {
      if (this.#isShown) this.#actions.dismiss();
    });
    // A modal dialog makes the rest of the page inert; without this, Tab would still leave for the window's own controls.
    dialog.addEventListener('keydown', (event) => {
      if (event.key !== 'Tab') return;
      const [from, to] = event.shiftKey ? [this.#signIn, this.#dismiss] : [this.#dismiss, this.#signIn];
      if (!from.matches(':focus')) return;
      event.preventDefault();
      to.focus();
    });
  }
}

function box(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.setAttribute('part', name);
  return element;
}

function paragraph(name: string): HTMLElement {
  const element = document.createElement('p');
  element.className = name;
  element.setAttribute('part', name);
  return element;
}

function button(name: string): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = name;
  element.setAttribute('part', `button ${name}`);
  return element;
}
