/** Finds the word that a misspelt one probably means. Pure. */

/** The only candidate that begins so, else the closest one of which at most a third of the letters differ. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.filter((one) => word !== "" && one.startsWith(word));
  if (begun.length === 1) return begun[0];
  const [best] = candidates
    .map((one) => ({ one, distance: editDistance(word, one) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.floor(one.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.one;
}

/**
 * How many letters to add, drop, change or swap with their neighbour (Damerau–Levenshtein, optimal string
 * alignment).
 */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
