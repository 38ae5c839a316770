/** All that the prompt says. `{host}` stands for the host of the portal's page. */
export interface PortalPromptStrings {
  readonly title: string;
  readonly message: string;
  readonly signIn: string;
  readonly tryAgain: string;
  /** Not for this network; the next one may ask again. */
  readonly dismiss: string;
  /** The session that the portal gave ends soon. */
  readonly expiringTitle: string;
  readonly expiringMessage: string;
  readonly extend: string;
  /** The sign-in window is open. */
  readonly opened: string;
  /** The sign-in window could not be opened. */
  readonly openFailed: string;
  readonly checking: string;
  /** A look at the network found the portal still there. */
  readonly stillCaptive: string;
}

export const defaultStrings: PortalPromptStrings = {
  title: 'Sign in to this network',
  message: '{host} asks you to sign in before you can use the internet.',
  signIn: 'Sign in',
  tryAgain: 'Try again',
  dismiss: 'Not now',
  expiringTitle: 'Your session ends soon',
  expiringMessage: '{host} can extend your time on this network.',
  extend: 'Extend session',
  opened: 'The sign-in page is open in a window of its own.',
  openFailed: 'The sign-in page could not be opened.',
  checking: 'Checking the network…',
  stillCaptive: 'The network still asks you to sign in.',
};

/**
 * A text as nodes, with the host where `{host}` stands: as text, never as markup, and set apart (`<bdi dir="ltr">`) so that it
 * reads the same in every direction of writing.
 */
export function textWithHost(text: string, host: string): readonly Node[] {
  return text.split('{host}').flatMap((part, index) => {
    const words = document.createTextNode(part);
    return index === 0 ? [words] : [hostElement(host), words];
  });
}

function hostElement(host: string): HTMLElement {
  const element = document.createElement('bdi');
  element.dir = 'ltr';
  element.setAttribute('part', 'host');
  element.textContent = host;
  return element;
}
