// Interleaved rounds. In each round every runner has one batch; the order shifts by one from round to round.

/**
 * @param {{ name: string, run: (round: number) => Promise<T> }[]} runners
 * @param {number} rounds
 * @returns {Promise<Map<string, T[]>>} what each runner gave, round by round
 * @template T
 */
export async function interleave(runners, rounds) {
  const series = new Map(runners.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const { name, run } = runners[(i + round) % runners.length]
      series.get(name).push(await run(round))
    }
  }
  return series
}
