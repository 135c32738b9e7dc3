// Interleaved rounds: in each, every runner has one batch, in an order that moves on by one each time.

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
