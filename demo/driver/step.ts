/** Somebody in front of the application. */
export interface User {
  /** Clicks on "Sign in" in the prompt, unless that has been done. */
  openSignIn(): Promise<void>;
  /** Signs in in the window that this opened, unless that has been done. */
  signIn(): Promise<void>;
}

/** A step of the story: what is said, and what is done to the network, or by the user. */
export interface Step {
  readonly title: string;
  readonly text: string;
  readonly play: (user: User) => Promise<void>;
}
