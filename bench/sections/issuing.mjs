// Access tokens, one at a time: claims in, token out.
import { interleave } from '../lib/rounds.mjs'
import { MEASURED_CORE, startWorker } from '../lib/processes.mjs'
import { pairedRatio, summarize } from '../lib/stats.mjs'
import { formatTable } from '../lib/text.mjs'

/** Tokens in a batch, which takes some tens of milliseconds. */
const BATCH = { HS256: 2000, ES256: 600, EdDSA: 600, RS256: 20, PS256: 20 }
/** Milliseconds, as for verification. */
const WARM_UP = 700
const TITLES = {
  raw: 'node:crypto (the limit)',
  countersign: 'Countersign',
  jose: 'jose, SignJWT',
  'fast-jwt': 'fast-jwt',
  jsonwebtoken: 'jsonwebtoken, KeyObject',
}
const CANNOT = { EdDSA: ['jsonwebtoken'] }
const ALWAYS = ['raw', 'countersign']

/** The limit is one signature with an imported key, `JSON.stringify`, base64url and a random `jti`, without checks. */
export const issuing = {
  name: 'issuing',
  async measure({ node, quick, includes, log }) {
    const tables = {}
    for (const algorithm of quick ? ['HS256', 'ES256'] : Object.keys(BATCH)) {
      const names = Object.keys(TITLES).filter(
        (name) => (ALWAYS.includes(name) || includes(name)) && !CANNOT[algorithm]?.includes(name),
      )
      const contenders = names.map((name) => ({
        name,
        worker: startWorker({
          script: './issue-worker.mjs',
          node,
          core: MEASURED_CORE,
          args: [name, algorithm],
        }),
      }))
      const size = BATCH[algorithm]
      for (const { worker } of contenders) {
        await worker.call('setUp')
        await worker.call('check')
        await worker.call('warmUp', size, WARM_UP)
      }
      const runners = contenders.map(({ name, worker }) => ({ name, run: () => worker.call('run', size) }))
      const series = await interleave(runners, quick ? 11 : 41)
      for (const { worker } of contenders) worker.stop()
      const cpuOf = (name) => series.get(name).map(({ cpu }) => cpu)
      tables[algorithm] = {
        rows: names.map((name) => ({
          name,
          title: TITLES[name],
          length: series.get(name)[0].length,
          wall: summarize(series.get(name).map(({ wall }) => wall)),
          cpu: summarize(cpuOf(name)),
          share: pairedRatio(cpuOf('raw'), cpuOf(name)),
        })),
      }
      log(`${algorithm}: done`)
    }
    return { tables }
  },
  toText: ({ tables }) =>
    Object.entries(tables)
      .map(([algorithm, { rows }]) =>
        formatTable(
          [algorithm, 'share of raw', 'quartiles', 'µs CPU', 'µs', 'characters'],
          rows.map(({ title, share, cpu, wall, length }) => [
            title,
            share.median.toFixed(2),
            `${share.low.toFixed(2)}–${share.high.toFixed(2)}`,
            cpu.median,
            wall.median,
            length,
          ]),
        ),
      )
      .join('\n'),
  drift: ({ tables }) =>
    Object.entries(tables).flatMap(([algorithm, { rows }]) =>
      rows.map(({ name, share }) => [`${algorithm} ${name}`, share]),
    ),
}
