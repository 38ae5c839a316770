/** Splits a stream into lines, all that are complete at a time; the last may lack its line feed. */
export async function* lines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    const complete = text.split('\n');
    rest = complete.pop() ?? '';
    if (complete.length > 0) yield complete;
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}
