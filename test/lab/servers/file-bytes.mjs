/**
 * A part of an endless file in which each four bytes say where they are, so that none can be missing or be there twice.
 *
 * @param {number} start a multiple of 4, as is the length
 * @param {number} length
 */
export function fileBytes(start, length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32BE((start + at) / 4, at);
  return bytes;
}
