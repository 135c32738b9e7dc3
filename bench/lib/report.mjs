// Makes docs/benchmarks.md, its plots, and the goals in docs/performance.md from the stored figures.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { measuredReleases, readFigures } from './figures.mjs'
import { goalRows } from './goals.mjs'
import { barPlot, linePlot } from './svg.mjs'

/** The release that the page shows in full; others get one table. */
const MAIN_RELEASE = '24'

/** Writes all pages below `target`, from the figures below `root`. */
export function writeReport(root, target = root) {
  const folder = join(target, 'docs/benchmarks')
  mkdirSync(folder, { recursive: true })
  const releases = measuredReleases(root).map((release) => [release, readFigures(root, release)])
  const main = releases.find(([release]) => release === MAIN_RELEASE)?.[1]
  if (main === undefined) return
  writeFileSync(join(target, 'docs/benchmarks.md'), page(main, releases, folder))
  const performance = readFileSync(join(root, 'docs/performance.md'), 'utf8')
  writeFileSync(
    join(target, 'docs/performance.md'),
    withGoals(performance, goalRows(main, new Map(releases))),
  )
  const written = ['benchmarks.md', 'performance.md', 'benchmarks'].map((name) => join(target, 'docs', name))
  const config = join(root, '.oxfmtrc.json')
  const { status } = spawnSync(join(root, 'node_modules/.bin/oxfmt'), ['-c', config, ...written], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('oxfmt failed')
}

/** Replaces the table of goals between two marks; people write the text around it. */
function withGoals(text, rows) {
  const table = markdownTable(['Goal', 'Asked', 'Measured', 'Met'], rows)
  return text.replace(
    /(<!-- goals -->)[^]*(<!-- \/goals -->)/,
    (_, open, close) => `${open}\n\n${table}\n\n${close}`,
  )
}

function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

const show = (summary, digits = 2) =>
  !Number.isFinite(summary?.median)
    ? '–'
    : `${summary.median.toFixed(digits)} (${summary.low.toFixed(digits)}–${summary.high.toFixed(digits)})`
const bold = (name, text) => (name.includes('countersign') ? `**${text}**` : text)
const kindOf = (name) => (name.includes('countersign') ? 'ours' : name.includes('raw') ? 'limit' : 'bar')

const SOURCES = {
  hot: 'one token',
  distinct: 'new tokens',
  expired: 'expired',
  signature: 'wrong signature',
  garbage: 'garbage',
  scheme: 'another scheme',
  dots: '8 KB of dots',
}

function page(main, releases, folder) {
  const plot = (name, alt, svg) => {
    writeFileSync(join(folder, `${name}.svg`), svg)
    return `![${alt}](benchmarks/${name}.svg)`
  }
  const parts = [
    '# Benchmarks',
    '<!-- Written by `pnpm bench`. Do not edit. -->',
    'Countersign, as published, compared with other libraries. [Performance](performance.md) compares the figures with our ' +
      'goals. [The README of bench](../bench/README.md) shows how to repeat the measurements. This page and its plots are made ' +
      'from the files in [benchmarks](benchmarks/), which contain the median and the quartiles of each series.',
    method(main),
    machines(main),
  ]
  if (main.cold) parts.push(coldPart(main.cold, plot))
  if (main.concurrent) parts.push(concurrentPart(main.concurrent))
  if (main.cached) parts.push(cachedPart(main.cached, plot))
  if (main.refused) parts.push(refusedPart(main.refused))
  for (const [name, title] of [
    ['express', 'Express'],
    ['koa', 'Koa'],
    ['nest', 'Nest'],
    ['fastify', 'Fastify'],
    ['hono', 'Hono'],
  ]) {
    if (main[name]) parts.push(serversPart(main[name], name, title, plot))
  }
  if (main.issuing) parts.push(issuingPart(main.issuing))
  if (main.sessions) parts.push(sessionsPart(main.sessions))
  if (main.growth) parts.push(growthPart(main.growth, plot))
  for (const [release, results] of releases) {
    if (release !== MAIN_RELEASE && results.cold) {
      parts.push(
        `## New tokens on Node ${release}`,
        machineLine(results.cold),
        ...Object.entries(results.cold.tables).map(coldTable),
      )
    }
  }
  return `${parts.join('\n\n')}\n`
}

function method({ cold, cached }) {
  const lengths = Object.entries(cold?.tables ?? cached?.tables ?? {})
    .map(([algorithm, { tokenLength }]) => `${algorithm} ${tokenLength}`)
    .join(', ')
  return `## How it is measured

- Each contender runs in its own process. All processes run during the whole measurement and take turns, a batch each, in
  rounds (A B C, B C A, …). A ratio compares two batches of one round. The tables show the median of all rounds, with the
  quartiles in brackets.
- Tokens have twelve claims (characters: ${lengths}). Each token is a string that was made for this one call. A string that
  was hashed before would make caches look faster.
- Before the measurement, each contender must accept a good token and reject bad ones.
- Time is CPU time of the process, all threads, since other programs use the machine too. Only the rows “64 at once” use
  the clock.
- Compilers are warmed up first; garbage collection counts. Before the measurement, each server answers 12 000 new tokens and
  1 500 requests of every other kind. With fewer, the figures would show more of the compiler's work than of the code's.
- Sections may come from different runs. Within a section, everything is compared side by side.`
}

const machineLine = ({ machine, pinned }) =>
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.system}; Node ${machine.node}, V8 ${machine.v8}, ` +
  `OpenSSL ${machine.openssl}; load average at the end of this part ${machine.load.join(', ')}; ` +
  `${pinned ? 'processes pinned to cores' : 'processes not pinned'}; ${machine.date}.`

function machines(main) {
  const [first] = Object.values(main)
  const loads = Object.entries(main).map(([name, { machine }]) => `${name} ${machine.load[0]}`)
  const versions = Object.entries(first.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  return `## The machine

${machineLine(first)} One-minute load at the end of each part: ${loads.join(', ')}. Other work ran at the
same time, so absolute figures are too high. Read the ratios.

Versions: ${versions}.`
}

const coldTable = ([algorithm, { rows }]) =>
  markdownTable(
    [algorithm, 'Share of the limit', 'µs CPU'],
    [...rows]
      .toSorted((a, b) => b.share.median - a.share.median)
      .map(({ name, title, share, cpu }) => [bold(name, title), show(share), cpu.median]),
  )

function coldPart({ tables }, plot) {
  const plots = Object.entries(tables).map(([algorithm, { rows }]) =>
    plot(
      `cold-${algorithm.toLowerCase()}`,
      `${algorithm}: speed with new tokens as a share of node:crypto`,
      barPlot({
        title: `${algorithm}: new tokens, one at a time`,
        unit: 'share of what node:crypto alone reaches',
        bars: rows
          .toSorted((a, b) => b.share.median - a.share.median)
          .map(({ name, title, share }) => ({
            label: title,
            value: Number(share.median.toFixed(2)),
            low: share.low,
            high: share.high,
            kind: kindOf(name),
          })),
      }),
    ),
  )
  return [
    '## New tokens, one at a time',
    'The limit is one verification with an imported `KeyObject`, base64url decoding and `JSON.parse`; the only check is ' +
      '`exp`. It is a reference, not a library. All caches are off, unless the row says otherwise.',
    ...Object.entries(tables).map((entry, i) => `${coldTable(entry)}\n\n${plots[i]}`),
  ].join('\n\n')
}

function concurrentPart({ tables }) {
  return [
    '## New tokens, 64 at once',
    'Measured by the clock, on all cores: work outside the event loop may be faster here, if a core is idle.',
    ...Object.entries(tables).map(([algorithm, { rows }]) =>
      markdownTable(
        [algorithm, 'Share of the limit', 'µs by the clock', 'µs CPU'],
        [...rows]
          .toSorted((a, b) => b.share.median - a.share.median)
          .map(({ name, title, share, wall, cpu }) => [
            bold(name, title),
            show(share),
            wall.median,
            cpu.median,
          ]),
      ),
    ),
  ].join('\n\n')
}

function cachedPart({ tables }, plot) {
  return [
    '## Tokens seen before',
    'HS256; every token is in the cache. For each hit, Countersign still checks the dates, the carrier, revocation, and whether the key is trusted.',
    ...Object.entries(tables).map(([name, { rows }], i) =>
      [
        markdownTable(
          [name, 'Times fast-jwt', 'µs CPU', 'Per second'],
          rows
            .toSorted((a, b) => b.share.median - a.share.median)
            .map(({ name: file, title, share, cpu }) => [
              bold(file, title),
              show(share, 1),
              cpu.median,
              Math.round(1e6 / cpu.median / 1000) * 1000,
            ]),
        ),
        plot(
          `cached-${i + 1}`,
          `${name}: hits, as a multiple of fast-jwt`,
          barPlot({
            title: `Tokens seen before: ${name}`,
            unit: 'times the speed of fast-jwt with its cache',
            bars: rows
              .toSorted((a, b) => b.share.median - a.share.median)
              .map(({ name: file, title, share }) => ({
                label: title,
                value: Number(share.median.toFixed(1)),
                low: share.low,
                high: share.high,
                kind: kindOf(file),
              })),
          }),
        ),
      ].join('\n\n'),
    ),
  ].join('\n\n')
}

function refusedPart({ tables }) {
  const columns = ['distinct', 'expired', 'signature', 'garbage', 'scheme', 'dots', 'megabyte']
  const heads = [
    'accepted',
    'expired',
    'wrong signature',
    'garbage',
    'another scheme',
    '64 KB of dots',
    '1 MB',
  ]
  return [
    '## Rejected tokens',
    'µs CPU for one token. For comparison, “accepted” is a good token that was never seen before. HTTP servers reject headers ' +
      'of the largest sizes, but such tokens can arrive in other ways: queues, sockets.',
    ...Object.entries(tables).map(([algorithm, { rows }]) =>
      markdownTable(
        [algorithm, ...heads],
        rows.map(({ name, title, cpu }) => [
          bold(name, title),
          ...columns.map((source) => cpu[source]?.median ?? '–'),
        ]),
      ),
    ),
  ].join('\n\n')
}

function issuingPart({ tables }) {
  return [
    '## Issuing',
    'Access tokens, one at a time. The limit is one signature with an imported key, `JSON.stringify`, base64url and a random ' +
      '`jti`, without any check. RSA keys have 3072 bits.',
    ...Object.entries(tables).map(coldTable),
  ].join('\n\n')
}

function sessionsPart({ stores }) {
  return [
    '## Sessions',
    '“The driver alone” is one write of one row by its key: `UPDATE … RETURNING` by primary key, one `EVALSHA`, one prepared ' +
      'statement in a transaction as durable as ours, a `Map`. In SQL there are as many rows as sessions, in Redis and in the ' +
      '`Map` 2000. Time is measured by the clock, for one client process. The servers run on the same machine, PostgreSQL without ' +
      '`fsync`, Redis without a file. A refresh is a rotation together with its access token (HS256 unless the row says ' +
      'otherwise). A check asks the store whether a session is alive.',
    ...growthOfStores(stores),
    ...Object.values(stores).flatMap(({ title, sizes }) =>
      sizes.map(({ size, bytes, rows }) =>
        markdownTable(
          [
            `${title}: ${size} sessions, ${bytes} bytes each`,
            'Share of the driver',
            'µs',
            'µs CPU',
            'Per second',
          ],
          rows.map(({ operation, width, share, wall, cpu }) => [
            `${operation}, ${width === 1 ? 'one at a time' : `${width} at once`}`,
            show(share),
            wall.median,
            cpu.median,
            Math.round(1e6 / wall.median),
          ]),
        ),
      ),
    ),
  ].join('\n\n')
}

/** The cost of an operation with a growing number of sessions, one at a time. */
function growthOfStores(stores) {
  const lists = Object.values(stores)
  const sizes = lists[0].sizes.map(({ size }) => size)
  if (sizes.length < 2) return []
  const cost = ({ rows }, wanted) =>
    rows.find(({ operation, width }) => operation === wanted && width === 1).wall.median
  const rowsOf = ({ title, sizes: found }) =>
    ['bare', 'rotate', 'start', 'check'].map((operation) => [
      `${title}: ${operation === 'bare' ? 'the driver alone' : operation}`,
      ...found.map((one) => cost(one, operation)),
      operation === 'bare' ? '' : found.map(({ bytes }) => bytes).at(-1),
    ])
  return [
    'µs per operation, by number of stored sessions:',
    markdownTable(
      ['Number of sessions', ...sizes.map(String), 'bytes per session'],
      lists.flatMap((store) => rowsOf(store)),
    ),
  ]
}

function serversPart({ tables }, name, title, plot) {
  const parts = [
    `## ${title}`,
    `µs CPU that authentication adds to a request, all threads: the difference to the same server without authentication. The ` +
      `row of the server alone shows the whole time. With RS256, the keys come from a key server on the loopback.`,
  ]
  for (const [algorithm, { rows }] of Object.entries(tables)) {
    const sources = Object.keys(rows[0].sources)
    parts.push(
      markdownTable(
        [algorithm, ...sources.map((source) => SOURCES[source]), 'requests per second, one token'],
        rows.map(({ name: file, title: label, isOpen, sources: found }) => [
          bold(file, label),
          ...sources.map((source) => show(isOpen ? found[source].cpu : found[source].added, 0)),
          Math.round(found.hot.rate.median),
        ]),
      ),
    )
    const added = rows.filter(({ isOpen }) => !isOpen)
    for (const source of ['hot', 'distinct']) {
      parts.push(
        plot(
          `${name}-${algorithm.toLowerCase()}-${source}`,
          `${title}, ${algorithm}, ${SOURCES[source]}: CPU added to a request`,
          barPlot({
            title: `${title}, ${algorithm}, ${SOURCES[source]}`,
            unit: 'µs CPU added to a request',
            bars: added
              .toSorted((a, b) => a.sources[source].added.median - b.sources[source].added.median)
              .map(({ name: file, title: label, sources: found }) => ({
                label,
                value: Math.round(found[source].added.median),
                low: found[source].added.low,
                high: found[source].added.high,
                kind: kindOf(file),
              })),
          }),
        ),
      )
    }
  }
  return parts.join('\n\n')
}

function growthPart({ curves }, plot) {
  const parts = [
    '## Growth',
    'µs CPU for one token by `authenticateToken`. The sizes take turns, like the contenders.',
  ]
  for (const [, { title, points }] of Object.entries(curves)) {
    const memory = points.some(({ perToken }) => perToken !== undefined)
    parts.push(
      markdownTable(
        [title, 'µs CPU', 'Relative to the first', ...(memory ? ['Bytes each'] : [])],
        points.map(({ size, cpu, ratio, perToken }) => [
          size,
          cpu.median,
          show(ratio),
          ...(memory ? [size < 1000 ? '–' : perToken] : []),
        ]),
      ),
    )
  }
  const line = (what, label) => ({
    label,
    points: curves[what].points.map(({ size, cpu }) => [size, cpu.median]),
  })
  parts.push(
    plot(
      'growth-tokens',
      'CPU of a hit by number of remembered tokens',
      linePlot({
        title: 'A hit, by number of remembered tokens',
        xTitle: 'remembered tokens',
        yTitle: 'µs CPU',
        lines: [line('tokens', 'a hit')],
      }),
    ),
    plot(
      'growth-hits',
      'CPU of a hit by keys, guards and claims',
      linePlot({
        title: 'A hit, by number of keys, guards and claims',
        xTitle: 'how many',
        yTitle: 'µs CPU',
        lines: [
          line('keys', 'keys in the set'),
          line('guards', 'guards of the route'),
          line('claims', 'claims'),
        ],
      }),
    ),
  )
  return parts.join('\n\n')
}
