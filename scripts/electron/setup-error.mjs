/**
 * A failure whose cause is outside this repository (network, missing package, wrong setting). Scripts print its
 * message and its remedy without a stack trace, and exit with 1.
 */
export class SetupError extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} remedy what the person at the keyboard can do
   */
  constructor(message, remedy) {
    super(message);
    this.name = 'SetupError';
    this.remedy = remedy;
  }
}

/**
 * Reports a failure of a script on stderr, the whole stack only when it is a bug of ours.
 *
 * @param {unknown} error
 */
export function reportFailure(error) {
  if (error instanceof SetupError) console.error(`${error.message}\n${error.remedy}`);
  else console.error(error);
}
