// The cost of growth: sizes of one thing side by side, which take turns like contenders.
import { interleave } from '../lib/rounds.mjs'
import { MEASURED_CORE, startWorker } from '../lib/processes.mjs'
import { pairedRatio, summarize } from '../lib/stats.mjs'
import { formatTable } from '../lib/text.mjs'

/** `reference` is the size that the others are compared with. */
const CURVES = [
  {
    what: 'tokens',
    title: 'remembered tokens: a hit',
    sizes: [1, 10, 100, 1000, 10_000, 100_000],
    reference: 1,
  },
  { what: 'map', title: 'a plain Map of the same tokens', sizes: [10_000, 100_000], reference: 10_000 },
  { what: 'keys', title: 'keys in the set: a hit', sizes: [1, 10, 100], reference: 1 },
  { what: 'keys-cold', title: 'keys in the set: a new ES256 token', sizes: [1, 10, 100], reference: 1 },
  { what: 'guards', title: 'guards of the route: a hit', sizes: [1, 5, 10, 20], reference: 1 },
  { what: 'claims', title: 'claims in the token: a hit', sizes: [5, 10, 25, 50, 100], reference: 5 },
  {
    what: 'claims-cold',
    title: 'claims in the token: a new HS256 token',
    sizes: [5, 10, 25, 50, 100],
    reference: 5,
  },
]

export const growth = {
  name: 'growth',
  async measure({ node, quick, includes, log }) {
    const curves = {}
    for (const { what, title, sizes, reference } of CURVES) {
      if (!includes(what) && !includes('countersign')) continue
      const workers = []
      for (const size of quick ? sizes.filter((n) => n <= 10_000) : sizes) {
        const worker = startWorker({
          script: './growth-worker.mjs',
          node,
          core: MEASURED_CORE,
          args: [what, String(size)],
        })
        workers.push({ size, worker, facts: await worker.call('setUp') })
      }
      const runners = workers.map(({ size, worker }) => ({ name: size, run: () => worker.call('run') }))
      await interleave(runners, quick ? 10 : 20)
      const series = await interleave(runners, quick ? 11 : 41)
      for (const { worker } of workers) worker.stop()
      curves[what] = {
        title,
        reference,
        points: workers.map(({ size, facts }) => ({
          size,
          cpu: summarize(series.get(size)),
          ratio: pairedRatio(series.get(size), series.get(reference)),
          ...facts,
        })),
      }
      log(`${what}: done`)
    }
    return { curves }
  },
  toText: ({ curves }) =>
    Object.values(curves)
      .map(({ title, points }) =>
        formatTable(
          [title, 'µs CPU', 'relative to the first', 'quartiles', 'bytes each', 'characters'],
          points.map(({ size, cpu, ratio, perToken, length }) => [
            size,
            cpu.median,
            ratio.median.toFixed(2),
            `${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)}`,
            perToken ?? '–',
            length ?? '–',
          ]),
        ),
      )
      .join('\n'),
  drift: ({ curves }) =>
    Object.entries(curves).flatMap(([what, { points }]) =>
      points.map(({ size, ratio }) => [`${what} ${size}`, ratio]),
    ),
}
