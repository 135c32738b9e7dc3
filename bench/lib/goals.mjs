// Compares the goals with the figures. A row shows the goal, the measured value, and whether the goal is met.

const isMissing = (value) => !Number.isFinite(value)
const digits = (value, places = 2) => (isMissing(value) ? 'not measured' : value.toFixed(places))

/** Median, and the quartiles around it. */
const spread = ({ median, low, high }, places = 2) =>
  `${digits(median, places)} (${digits(low, places)}–${digits(high, places)})`

function row(goal, asked, value, met, text = digits(value)) {
  return [
    goal,
    asked,
    isMissing(value) ? 'not measured' : text,
    isMissing(value) ? '–' : met ? 'yes' : '**no**',
  ]
}

/** @returns rows of the table of goals */
export function goalRows(main, releases) {
  const rows = []
  const share = (results, algorithm, name) =>
    results?.cold?.tables[algorithm]?.rows.find((found) => found.name === name)?.share
  for (const [algorithm, least] of Object.entries({ HS256: 0.9, RS256: 0.95, ES256: 0.97, EdDSA: 0.97 })) {
    for (const [release, results] of releases) {
      const found = share(results, algorithm, 'countersign')
      if (found === undefined) continue
      rows.push(
        row(
          `${algorithm}, new tokens, Node ${release}: share of \`node:crypto\``,
          `≥ ${digits(least)}`,
          found.median,
          found.median >= least,
          spread(found),
        ),
      )
    }
  }
  for (const algorithm of ['ES256', 'PS256']) {
    const ours = share(main, algorithm, 'countersign')?.median
    const plain = share(main, algorithm, 'raw-plain')?.median
    const ratio = isMissing(ours) || isMissing(plain) ? undefined : ours / plain
    rows.push(
      row(`${algorithm}, Node 24: relative to \`node:crypto\` as documented`, '≥ 1.3', ratio, ratio >= 1.3),
    )
  }
  for (const [table, { rows: contenders }] of Object.entries(main.cached?.tables ?? {})) {
    const { share: found } = contenders.find(({ name }) => name === 'countersign')
    rows.push(
      row(`Hits, ${table}: relative to fast-jwt`, '≥ 5', found.median, found.median >= 5, spread(found, 1)),
    )
  }
  for (const [algorithm, { rows: contenders }] of Object.entries(main.refused?.tables ?? {})) {
    const ours = contenders.find(({ name }) => name === 'countersign')
    const request = contenders.find(({ name }) => name === 'countersign-request')
    for (const source of ['expired', 'signature']) {
      const found = ours.againstAccepted[source]
      const what = source === 'expired' ? 'an expired token' : 'a wrong signature'
      rows.push(
        row(
          `${algorithm}: rejecting ${what}, relative to accepting a new one`,
          '≤ 1',
          found.median,
          found.median <= 1,
          spread(found),
        ),
      )
    }
    if (algorithm !== 'HS256') continue
    for (const [source, what] of [
      ['garbage', 'garbage'],
      ['scheme', 'another scheme'],
      ['dots', '64 KB of dots'],
    ]) {
      const found = request.cpu[source].median
      rows.push(
        row(`Rejecting ${what}, from a request`, '< 5 µs', found, found < 5, `${digits(found, 1)} µs`),
      )
    }
  }
  for (const [name, title, most] of [
    ['express', 'Express', 12],
    ['koa', 'Koa', 12],
    ['nest', 'Nest', 20],
    ['fastify', 'Fastify', 7],
    ['hono', 'Hono', 12],
  ]) {
    const server = (algorithm, file) =>
      main[name]?.tables[algorithm]?.rows.find((found) => found.name === file)
    const ours = server('HS256', `${name}-countersign`)
    if (ours === undefined) continue
    const added = ours.sources.hot.added
    rows.push(
      row(
        `${title}: CPU added by one hot token`,
        `≤ ${most} µs`,
        added.median,
        added.median <= most,
        `${spread(added, 1)} µs`,
      ),
    )
    const limit = server('HS256', `${name}-raw`)?.sources.distinct.added.median
    const ratio = isMissing(limit) ? undefined : ours.sources.distinct.added.median / limit
    rows.push(
      row(
        `${title}: CPU added by new HS256 tokens, relative to \`node:crypto\` in the same place`,
        '≤ 1.3',
        ratio,
        ratio <= 1.3,
      ),
    )
  }
  for (const [store, { title, sizes }] of Object.entries(main.sessions?.stores ?? {})) {
    // A Map has no round trip to compare with.
    if (store === 'memory') continue
    const { size, rows: found } = sizes.at(-1)
    for (const [operation, what] of [
      ['rotate', 'Rotation alone'],
      ['refresh', 'Refresh, access token included,'],
    ]) {
      for (const width of [1, 16]) {
        const { share: speed } = found.find((one) => one.operation === operation && one.width === width)
        const goal = `${what} on ${title}, ${size} sessions, ${width} at once: share of the driver`
        rows.push(row(goal, '≥ 0.8', speed.median, speed.median >= 0.8, spread(speed)))
      }
    }
  }
  const curves = main.growth?.curves ?? {}
  for (const [what, title] of [
    ['keys', '1 to 100 keys, a hit'],
    ['keys-cold', '1 to 100 keys, a new token'],
  ]) {
    const most = curves[what] && Math.max(...curves[what].points.map(({ ratio }) => ratio.median))
    rows.push(row(`Flat cost: ${title}`, '≤ 1.10', most, most <= 1.1))
  }
  const guards = curves.guards?.points
  if (guards !== undefined) {
    const at = (size) => guards.find((point) => point.size === size).cpu.median
    const ratio = (at(20) - at(10)) / 10 / ((at(10) - at(1)) / 9)
    rows.push(
      row(
        'Flat cost of each guard: the 11th to 20th, relative to the 2nd to 10th',
        '≤ 1.10',
        ratio,
        ratio <= 1.1,
      ),
    )
  }
  const memory = curves.tokens?.points.find(({ size }) => size === 10_000)?.perToken
  rows.push(
    row(
      'Memory of a remembered token of 1066 characters',
      '≤ 1900 bytes',
      memory,
      memory <= 1900,
      `${memory} bytes`,
    ),
  )
  return rows
}
