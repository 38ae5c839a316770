/** A part of an endless file in which each four bytes say where they are; `start` and `length` are multiples of 4. */
export function fileBytes(start: number, length: number): Buffer;
