// docs/benchmarks.md, its plots, and the goals in docs/performance.md, all made from the figures that are kept.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { measuredReleases, readFigures } from './figures.mjs'
import { goalRows } from './goals.mjs'
import { barPlot, linePlot } from './svg.mjs'

/** The release that the page is about; others get one table. */
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

/** The table of goals stands between two marks; what is around it is written by people. */
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
    'Countersign, as it is published, side by side with other libraries. What the figures mean for the goals is in ' +
      '[performance](performance.md); how to repeat them, in [the README of bench](../bench/README.md). This page and its ' +
      'plots are made from the files in [benchmarks](benchmarks/), which keep the median and the quartiles of each series.',
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

- Each contender has a process of its own. All are alive at once and take turns, a batch each, in rounds (A B C, B C A, …).
  A ratio is taken inside a round; shown is the median of all rounds, with the quartiles in brackets.
- Tokens have twelve claims (characters: ${lengths}). Each is a string that was made for this one call: one that was
  hashed before flatters caches.
- Before anything is timed, each contender must accept a good token and refuse bad ones.
- Time is CPU time of the process, all threads, since the machine is shared. Only the rows “64 at once” use the clock.
- Compilers are warmed up first; garbage collection counts. Each server has answered 12 000 new tokens and 1 500 requests of
  every other kind before: with fewer, new code is measured more than what it does.
- Sections may come from different runs. Within one, everything is compared side by side.`
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
  return `## On what

${machineLine(first)} One-minute load at the end of each part: ${loads.join(', ')}. Other work ran beside it: absolute
figures are high, and ratios are what to read.

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
    'The limit is one verification with an imported `KeyObject`, base64url decoding and `JSON.parse`, and no check but ' +
      '`exp`. It is a line to measure by, and no library. No cache is on, but where the row says so.',
    ...Object.entries(tables).map((entry, i) => `${coldTable(entry)}\n\n${plots[i]}`),
  ].join('\n\n')
}

function concurrentPart({ tables }) {
  return [
    '## New tokens, 64 at once',
    'By the clock, on all cores: work that leaves the event loop may gain here, if a core is idle.',
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
    'HS256, every token a hit. Each hit of Countersign still checks time, carrier, revocation, and that the key is trusted.',
    ...Object.entries(tables).map(([name, { rows }], i) =>
      [
        markdownTable(
          [name, 'Times fast-jwt', 'µs CPU', 'A second'],
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
    '## Refusing',
    'µs CPU for one token, and for comparison an accepted one that was never seen before. Sizes beyond what a server lets ' +
      'through come by other ways: queues, sockets.',
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
      '`jti`, and no check. RSA keys have 3072 bits.',
    ...Object.entries(tables).map(coldTable),
  ].join('\n\n')
}

function sessionsPart({ stores }) {
  return [
    '## Sessions',
    'The driver alone is one write of one row by its key (of as many rows in SQL, of 2000 in Redis and in the `Map`): `UPDATE … RETURNING` by primary key, one `EVALSHA`, ' +
      'one prepared statement in a transaction as durable as ours, a `Map`. Time by the clock, of one client process; the ' +
      'servers run on the same machine, PostgreSQL without `fsync`, Redis without a file. A refresh is a rotation with its access ' +
      'token (HS256 unless it says otherwise); a check asks the store whether a session lives.',
    ...growthOfStores(stores),
    ...Object.values(stores).flatMap(({ title, sizes }) =>
      sizes.map(({ size, bytes, rows }) =>
        markdownTable(
          [
            `${title}: ${size} sessions, ${bytes} bytes each`,
            'Share of the driver',
            'µs',
            'µs CPU',
            'A second',
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

/** What an operation costs among more and more sessions, one at a time. */
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
    'µs an operation, by the number of sessions that are kept:',
    markdownTable(
      ['Among so many sessions', ...sizes.map(String), 'bytes a session'],
      lists.flatMap((store) => rowsOf(store)),
    ),
  ]
}

function serversPart({ tables }, name, title, plot) {
  const parts = [
    `## ${title}`,
    `µs CPU that authentication adds to a request, all threads, against the same server without; for the server alone, the ` +
      `whole. RS256 takes its keys from a key server on the loopback.`,
  ]
  for (const [algorithm, { rows }] of Object.entries(tables)) {
    const sources = Object.keys(rows[0].sources)
    parts.push(
      markdownTable(
        [algorithm, ...sources.map((source) => SOURCES[source]), 'requests a second, one token'],
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
    'µs CPU for one token by `authenticateToken`, sizes interleaved like contenders.',
  ]
  for (const [, { title, points }] of Object.entries(curves)) {
    const memory = points.some(({ perToken }) => perToken !== undefined)
    parts.push(
      markdownTable(
        [title, 'µs CPU', 'Against the first', ...(memory ? ['Bytes each'] : [])],
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
          line('guards', 'guards on the way'),
          line('claims', 'claims'),
        ],
      }),
    ),
  )
  return parts.join('\n\n')
}
