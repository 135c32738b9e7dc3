// Sessions on every store, compared with one write of one row by its key through the bare driver.
import { startPostgres, startRedis } from '../../tools/services/src/index.ts'
import { interleave } from '../lib/rounds.mjs'
import { MEASURED_CORE, startWorker } from '../lib/processes.mjs'
import { pairedRatio, summarize } from '../lib/stats.mjs'
import { formatTable } from '../lib/text.mjs'
import { join } from 'node:path'

const TITLES = {
  memory: 'memory',
  sqlite: 'SQLite (`node:sqlite`)',
  postgres: 'PostgreSQL (`pg`)',
  redis: 'Redis (`redis`)',
  ioredis: 'Redis (`ioredis`)',
}
/** `rotate` is the store's part of `refresh`. */
const OPERATIONS = ['rotate', 'refresh', 'refresh, ES256', 'start', 'check']
const PARTS = ['access token, HS256', 'access token, ES256']
const WIDTHS = [1, 16]
/** Number of sessions in use: more than a batch has, so that each operation of a batch has another session. */
const ROWS = 2_000
const BATCH = { memory: 1_000, sqlite: 100, postgres: 120, redis: 250, ioredis: 250 }

/** Sessions that one call writes, so that no call takes too long. */
const STEP = 25_000

/** The location of each store; `stop` stops the servers that were started. */
const PLACES = {
  memory: async () => ({ stop() {} }),
  sqlite: async (folder, size) => ({ file: join(folder, `sessions-${size}.sqlite`), stop() {} }),
  postgres: () => startPostgres(),
  redis: () => startRedis(),
  ioredis: () => startRedis(),
}

async function measureStore(name, size, { node, folder, quick }) {
  const { stop, ...server } = await PLACES[name](folder, size)
  const place = JSON.stringify({ url: server.url, file: server.file })
  const start = (side) =>
    startWorker({ script: './session-worker.mjs', node, core: MEASURED_CORE, args: [name, place, side] })
  const ours = start('ours')
  let bare
  try {
    await ours.call('init')
    for (let left = size; left > 0; left -= STEP) await ours.call('fill', Math.min(STEP, left))
    const bytes = await ours.call('settle', size)
    bare = start('bare')
    await ours.call('setUp', ROWS)
    await bare.call('setUp', ROWS)
    const runners = WIDTHS.flatMap((width) => [
      { name: `bare ${width}`, operation: 'bare', worker: bare, width },
      ...OPERATIONS.map((operation) => ({ name: `${operation} ${width}`, operation, worker: ours, width })),
    ])
    // The parts of a refresh do not depend on the store: once is enough.
    if (name === 'memory')
      runners.push(...PARTS.map((operation) => ({ name: operation, operation, worker: ours, width: 1 })))
    const batches = runners.map(({ name: runner, operation, worker, width }) => ({
      name: runner,
      run: () => worker.call('run', operation, BATCH[name], width),
    }))
    await interleave(batches, quick ? 2 : 4)
    const series = await interleave(batches, quick ? 11 : 31)
    const of = (runner, what) => series.get(runner).map((found) => found[what])
    const rows = runners.map(({ name: runner, operation, width }) => ({
      operation,
      width,
      wall: summarize(of(runner, 'wall')),
      cpu: summarize(of(runner, 'cpu')),
      /** The speed of the driver alone is 1. */
      share: pairedRatio(of(`bare ${width}`, 'wall'), of(runner, 'wall')),
    }))
    return { size, bytes, rows }
  } finally {
    ours.stop()
    bare?.stop()
    await stop()
  }
}

/** Seeding a million rows takes minutes, so only a full run uses this size. */
const sizesFor = (quick) => (quick ? [100_000] : [10_000, 100_000, 1_000_000])

export const sessions = {
  name: 'sessions',
  async measure({ node, folder, quick, log }) {
    const stores = {}
    for (const name of Object.keys(TITLES)) {
      stores[name] = { title: TITLES[name], sizes: [] }
      for (const size of sizesFor(quick)) {
        const found = await measureStore(name, size, { node, folder, quick })
        stores[name].sizes.push(found)
        const rotations = found.rows.filter(({ operation }) => operation === 'rotate')
        const shares = rotations.map(
          ({ width, share }) => `${share.median?.toFixed(2)} with ${width} at once`,
        )
        log(`${name}, ${size} sessions: a rotation has ${shares.join(', ')} of the driver's speed`)
      }
    }
    return { stores }
  },
  toText: ({ stores }) =>
    Object.values(stores)
      .flatMap(({ title, sizes }) =>
        sizes.map(({ size, bytes, rows }) =>
          formatTable(
            [
              `${title}, ${size} sessions of ${bytes} bytes`,
              'share of the driver',
              'quartiles',
              'µs',
              'µs CPU',
            ],
            rows.map(({ operation, width, share, wall, cpu }) => [
              `${operation}, ${width} at once`,
              share.median?.toFixed(2) ?? '–',
              share.median === null ? '–' : `${share.low.toFixed(2)}–${share.high.toFixed(2)}`,
              wall.median,
              cpu.median,
            ]),
          ),
        ),
      )
      .join('\n'),
  drift: ({ stores }) =>
    Object.entries(stores).flatMap(([name, { sizes }]) =>
      sizes.flatMap(({ size, rows }) =>
        rows
          .filter(({ operation }) => operation === 'refresh' || operation === 'rotate')
          .map(({ operation, width, share }) => [`${name} ${size} ${operation} ${width}`, share]),
      ),
    ),
}
