/** The process's exit code: fine, "the answer is no", bad arguments, something failed. */
export const ExitCode = { fine: 0, no: 1, usage: 2, failure: 3 } as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
