// Verification without a server: cold, cached, refused; one at a time and 64 at once.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from '../lib/rounds.mjs'
import { MEASURED_CORE, startWorker } from '../lib/processes.mjs'
import { pairedRatio, summarize } from '../lib/stats.mjs'
import { formatTable } from '../lib/text.mjs'
import { breakSignature, claimsOf, createKey, createMint, writeTokens } from '../lib/tokens.mjs'

const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

/** Verifications in a batch. It takes 20 to 60 ms: long for the clock's resolution, short for a time slice. */
const BATCH = { HS256: 2000, RS256: 600, PS256: 600, ES256: 250, EdDSA: 250 }
/** Milliseconds, in a quick run too. With less, the compiler's work would look like a change. */
const WARM_UP = 700
const BAD = ['expired', 'signature', 'garbage', 'dots', 'megabyte']

const files = readdirSync(new URL('../contenders/', import.meta.url)).filter((file) => file.endsWith('.mjs'))
const nameOf = (file) => file.slice(0, -'.mjs'.length)

/** Tokens of one algorithm, good and bad, as files. */
const minted = new Map()
function mintAll(algorithm, folder, count) {
  const before = minted.get(algorithm)
  if (before !== undefined) return before
  const key = createKey(algorithm)
  const mint = createMint(key)
  const good = Array.from({ length: count }, (_, i) => mint(claimsOf(i)))
  const past = Math.floor(Date.now() / 1000) - 86_400
  const write = (name, tokens) => writeTokens(join(folder, `${algorithm}-${name}`), tokens)
  const made = {
    key,
    count,
    length: good[0].length,
    paths: {
      good: write('good', good),
      expired: write(
        'expired',
        Array.from({ length: 300 }, (_, i) =>
          mint(claimsOf(i, { iat: past - 600, nbf: past - 600, exp: past })),
        ),
      ),
      signature: write('signature', good.slice(0, 300).map(breakSignature)),
    },
  }
  minted.set(algorithm, made)
  return made
}

/** Starts a worker for each contender that supports this, and checks it with bad tokens. */
async function startContenders({ kind, algorithm, node, folder, quick, includes, pinned = true, always }) {
  const tokens = mintAll(algorithm, folder, quick ? 4000 : 10_000)
  const contenders = []
  for (const file of files) {
    const name = nameOf(file)
    if (!always.includes(name) && !includes(name)) continue
    const module = await import(`../contenders/${file}`)
    if (module[kind] === undefined || !module.algorithms.includes(algorithm)) continue
    const title = (kind === 'cached' && module.cachedTitle) || module.title
    const core = pinned ? MEASURED_CORE : undefined
    const worker = startWorker({ script: './verify-worker.mjs', node, core, args: [file, kind] })
    await worker.call('setUp', tokens.key, tokens.paths, { tokens: tokens.count })
    await worker.call('check', name === 'raw' || name === 'raw-plain' ? ['expired', 'signature'] : BAD)
    contenders.push({ name, title, worker })
  }
  return { contenders, tokens }
}

const stop = (contenders) => {
  for (const { worker } of contenders) worker.stop()
}

/** For each contender: time and CPU of one token in microseconds, and speed as a share of the reference's. */
function toRows(contenders, series, reference, measure) {
  const timesOf = (name, what) => series.get(name).map((batch) => batch[what])
  return contenders.map(({ name, title }) => ({
    name,
    title,
    wall: summarize(timesOf(name, 'wall')),
    cpu: summarize(timesOf(name, 'cpu')),
    share: series.has(reference)
      ? pairedRatio(timesOf(reference, measure), timesOf(name, measure))
      : undefined,
  }))
}

async function measureCold(context, { concurrency, measure, algorithms, pinned }) {
  const tables = {}
  let length = 0
  for (const algorithm of algorithms) {
    const { contenders, tokens } = await startContenders({
      ...context,
      kind: 'cold',
      algorithm,
      pinned,
      always: ['raw', 'countersign'],
    })
    length = tokens.length
    const size = BATCH[algorithm]
    const runners = contenders.map(({ name, worker }) => ({
      name,
      run: () => worker.call('run', 'distinct', size, concurrency),
    }))
    for (const { worker } of contenders) await worker.call('warmUp', 'distinct', size, concurrency, WARM_UP)
    const series = await interleave(runners, context.quick ? 11 : 41)
    stop(contenders)
    tables[algorithm] = { tokenLength: length, rows: toRows(contenders, series, 'raw', measure) }
    context.log(`${algorithm}: done`)
  }
  return { tables }
}

function coldText({ tables }) {
  return Object.entries(tables)
    .map(([algorithm, { rows }]) =>
      formatTable(
        [algorithm, 'share of raw', 'quartiles', 'µs CPU', 'µs'],
        rows.map(({ title, share, cpu, wall }) => [
          title,
          share.median.toFixed(2),
          `${share.low.toFixed(2)}–${share.high.toFixed(2)}`,
          cpu.median,
          wall.median,
        ]),
      ),
    )
    .join('\n')
}

const shares = ({ tables }) =>
  Object.entries(tables).flatMap(([algorithm, { rows }]) =>
    rows.map(({ name, share }) => [`${algorithm} ${name}`, share]),
  )

/** Distinct tokens, one at a time. On a shared machine, only CPU time can be reproduced. */
export const cold = {
  name: 'cold',
  measure: (context) =>
    measureCold(context, {
      concurrency: 1,
      measure: 'cpu',
      algorithms: context.quick ? ['HS256', 'RS256', 'ES256'] : ALGORITHMS,
      pinned: true,
    }),
  toText: coldText,
  drift: shares,
}

/** Distinct tokens, 64 at once, on all cores: here the clock counts, since the work may be spread. */
export const concurrent = {
  name: 'concurrent',
  measure: (context) =>
    measureCold(context, {
      concurrency: 64,
      measure: 'wall',
      algorithms: context.quick ? ['ES256'] : ALGORITHMS,
      pinned: false,
    }),
  toText: coldText,
  drift: shares,
}

/** Tokens seen before: one token, and as many as the cache holds. */
export const cached = {
  name: 'cached',
  async measure(context) {
    const { contenders, tokens } = await startContenders({
      ...context,
      kind: 'cached',
      algorithm: 'HS256',
      always: ['fast-jwt', 'countersign'],
    })
    const size = 5000
    const tables = {}
    for (const [title, source] of [
      ['one token', 'one'],
      [`${tokens.count} tokens`, 'distinct'],
    ]) {
      for (const { worker } of contenders) await worker.call('run', source, tokens.count, 1)
      const runners = contenders.map(({ name, worker }) => ({
        name,
        run: () => worker.call('run', source, size, 1),
      }))
      for (const { worker } of contenders) await worker.call('warmUp', source, size, 1, WARM_UP)
      const series = await interleave(runners, context.quick ? 15 : 41)
      tables[title] = { tokenLength: tokens.length, rows: toRows(contenders, series, 'fast-jwt', 'cpu') }
    }
    stop(contenders)
    return { tables }
  },
  toText: ({ tables }) =>
    Object.entries(tables)
      .map(([name, { rows }]) =>
        formatTable(
          [name, 'times fast-jwt', 'quartiles', 'µs CPU', 'a second'],
          rows.map(({ title, share, cpu }) => [
            title,
            share.median.toFixed(1),
            `${share.low.toFixed(1)}–${share.high.toFixed(1)}`,
            cpu.median,
            Math.round(1e6 / cpu.median),
          ]),
        ),
      )
      .join('\n'),
  drift: shares,
}

const REFUSED_BATCH = {
  distinct: 400,
  expired: 300,
  signature: 300,
  garbage: 2000,
  scheme: 2000,
  dots: 200,
  megabyte: 20,
}

/** The cost of rejecting a token, next to the cost of accepting a new one. */
export const refused = {
  name: 'refused',
  async measure(context) {
    const tables = {}
    for (const algorithm of context.quick ? ['HS256'] : ['HS256', 'RS256']) {
      const { contenders, tokens } = await startContenders({
        ...context,
        kind: 'cold',
        algorithm,
        always: ['countersign', 'countersign-request'],
      })
      const measured = contenders.filter(({ name }) => !['raw', 'countersign-miss'].includes(name))
      const columns = {}
      for (const source of ['distinct', 'expired', 'signature', 'garbage', 'scheme', 'dots', 'megabyte']) {
        const able =
          source === 'scheme' ? measured.filter(({ name }) => name === 'countersign-request') : measured
        const runners = able.map(({ name, worker }) => ({
          name,
          run: () => worker.call('run', source, REFUSED_BATCH[source], 1),
        }))
        for (const { worker } of able) await worker.call('warmUp', source, REFUSED_BATCH[source], 1, 250)
        columns[source] = await interleave(runners, context.quick ? 9 : 25)
      }
      stop(contenders)
      const cpuOf = (source, name) => columns[source].get(name)?.map(({ cpu }) => cpu)
      tables[algorithm] = {
        tokenLength: tokens.length,
        rows: measured.map(({ name, title }) => ({
          name,
          title,
          cpu: Object.fromEntries(
            Object.keys(columns).flatMap((source) => {
              const times = cpuOf(source, name)
              return times === undefined ? [] : [[source, summarize(times)]]
            }),
          ),
          againstAccepted: {
            expired: pairedRatio(cpuOf('expired', name), cpuOf('distinct', name)),
            signature: pairedRatio(cpuOf('signature', name), cpuOf('distinct', name)),
          },
        })),
      }
    }
    return { tables }
  },
  toText: ({ tables }) =>
    Object.entries(tables)
      .map(([algorithm, { rows }]) =>
        formatTable(
          [
            `${algorithm}, µs CPU`,
            'accepted',
            'expired',
            'signature',
            'garbage',
            'scheme',
            '64 KB dots',
            '1 MB',
          ],
          rows.map(({ title, cpu }) => [
            title,
            ...['distinct', 'expired', 'signature', 'garbage', 'scheme', 'dots', 'megabyte'].map(
              (source) => cpu[source]?.median ?? '–',
            ),
          ]),
        ),
      )
      .join('\n'),
  drift: ({ tables }) =>
    Object.entries(tables).flatMap(([algorithm, { rows }]) =>
      rows.map(({ name, againstAccepted }) => [`${algorithm} ${name} expired`, againstAccepted.expired]),
    ),
}
