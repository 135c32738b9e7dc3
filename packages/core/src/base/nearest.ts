/** The candidate that was probably meant, or `undefined` if none is similar. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const reach = Math.max(1, Math.floor(word.length / 3))
  const ranked = candidates
    .map((candidate) => ({ candidate, far: distance(word, candidate) }))
    .toSorted((a, b) => a.far - b.far)
  const [best] = ranked
  if (best !== undefined && best.far <= reach) return best.candidate
  return candidates.find((candidate) => word.length > 1 && candidate.startsWith(word))
}

/** The number of letters to add, drop or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of a.split('').entries()) {
    const row = [i + 1]
    for (const [j, other] of b.split('').entries()) {
      const exchanged = previous[j]! + (letter === other ? 0 : 1)
      row.push(Math.min(exchanged, previous[j + 1]! + 1, row[j]! + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
