/**
 * Text that a terminal takes as text. Link names may hold any byte but white space, `/` and `:`, so also escape
 * sequences; arguments anything.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** An argument as an error message names it. */
export function quoted(text: string): string {
  return `'${printable(text)}'`;
}
