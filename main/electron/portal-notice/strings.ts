/** What notification and menu say. `{host}` stands for the host of the portal's page. */
export interface PortalNoticeStrings {
  readonly title: string;
  readonly body: string;
  /** The session that the portal gave ends soon. */
  readonly expiringTitle: string;
  readonly expiringBody: string;
  /** Menu items. */
  readonly signIn: string;
  readonly extend: string;
  readonly tryAgain: string;
}

export const defaultStrings: PortalNoticeStrings = {
  title: 'Sign in to this network',
  body: '{host} asks you to sign in before you can use the internet.',
  expiringTitle: 'Your session ends soon',
  expiringBody: '{host} can extend your time on this network.',
  signIn: 'Sign in to the network…',
  extend: 'Extend the session…',
  tryAgain: 'Check the network again',
};
