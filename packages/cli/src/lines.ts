/** The lines of a text that comes in pieces. A piece may hold many lines, or a small part of one. */
export async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // Joined when the line ends: adding to one string would copy a long line again for each piece.
  let pieces: string[] = [];
  let first = true;
  for await (const chunk of chunks) {
    const [head = "", ...rest] = (first ? chunk.replace(/^\uFEFF/, "") : chunk).split("\n");
    first = false;
    pieces.push(head);
    for (const next of rest) {
      yield pieces.join("");
      pieces = [next];
    }
  }
  const last = pieces.join("");
  if (last !== "") yield last;
}
