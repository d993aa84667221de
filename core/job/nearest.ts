/**
 * Edits (insert, delete, replace, swap of two neighbours) that turn one word into the other:
 * the restricted Damerau–Levenshtein distance.
 */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

/** Longer words are no slips of the finger, and comparing them would cost. */
const LONGEST = 64;

/** What to do about an unknown word: the known one it is likely meant to be, or all of them. */
export function suggest(word: string, known: readonly string[]): string {
  const near = word.length > LONGEST ? undefined : nearest(word, known);
  if (near !== undefined) return `Perhaps ${near} is meant`;
  if (known.length === 0) return 'Leave it out';
  return known.length === 1 ? `Use ${known[0]}` : `Use one of ${known.join(', ')}`;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const tolerated = Math.max(1, Math.floor(word.length / 3));
  const [best] = known
    .map((candidate) => ({
      candidate,
      edits: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ edits }) => edits <= tolerated)
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}
