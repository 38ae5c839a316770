/** Whatever goes wrong in the lab. The message names the host, the command and what the command wrote to stderr. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
