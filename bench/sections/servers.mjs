// Whole servers: what authentication adds to the CPU time of a request, both threads, compared with the same server without it.
import { createServer } from 'node:http'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from '../lib/rounds.mjs'
import { LOAD_CORE, MEASURED_CORE, startWorker } from '../lib/processes.mjs'
import { pairedDifference, pairedRatio, summarize } from '../lib/stats.mjs'
import { formatTable } from '../lib/text.mjs'
import { breakSignature, claimsOf, createKey, createMint, writeTokens } from '../lib/tokens.mjs'

const files = readdirSync(new URL('../servers/', import.meta.url)).filter(
  (file) => file.endsWith('.mjs') && !file.startsWith('application'),
)
const nameOf = (file) => file.slice(0, -'.mjs'.length)

const GOOD = ['hot', 'distinct']
const BAD = ['expired', 'signature', 'garbage', 'scheme', 'dots']
const MODES = { HS256: [...GOOD, ...BAD], RS256: [...GOOD, 'expired', 'signature'] }

const minted = new Map()
function mintAll(algorithm, folder, count) {
  const before = minted.get(algorithm)
  if (before !== undefined) return before
  const key = createKey(algorithm)
  const mint = createMint(key)
  const good = Array.from({ length: count }, (_, i) => mint(claimsOf(i)))
  const past = Math.floor(Date.now() / 1000) - 86_400
  const expired = Array.from({ length: 500 }, (_, i) =>
    mint(claimsOf(i, { iat: past, nbf: past, exp: past + 600 })),
  )
  const write = (name, tokens) => writeTokens(join(folder, `server-${algorithm}-${name}`), tokens)
  const made = {
    key,
    tokenLength: good[0].length,
    paths: {
      good: write('good', good),
      expired: write('expired', expired),
      signature: write('signature', good.slice(0, 500).map(breakSignature)),
    },
  }
  minted.set(algorithm, made)
  return made
}

/** Serves the keys over http, on the loopback. */
async function serveKeys(key) {
  const jwks = JSON.stringify({ keys: key.jwk === undefined ? [] : [key.jwk] })
  const server = createServer((_req, res) => res.setHeader('content-type', 'application/json').end(jwks))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { uri: `http://127.0.0.1:${server.address().port}/jwks.json`, close: () => server.close() }
}

/** Checks one response of each kind: a server that accepts a bad token is not measured. */
async function check(load, { name, port, isOpen }, sources) {
  for (const source of sources) {
    const { statuses } = await load.call('run', port, source, 0, 3)
    const [status] = Object.keys(statuses)
    const expected = isOpen || GOOD.includes(source) ? status === '200' : /^4\d\d$/.test(status)
    if (!expected) throw new Error(`${name} returned ${status} for ${source}`)
  }
}

async function measureMode({ framework, algorithm, node, folder, quick, includes, log }) {
  const rounds = quick ? 7 : 21
  const size = 250
  const warmUp = 12_000
  const { key, paths, tokenLength } = mintAll(algorithm, folder, rounds * size + 10 + warmUp)
  const keys = await serveKeys(key)
  const load = startWorker({ script: './load-worker.mjs', node, core: LOAD_CORE, args: ['load'] })
  await load.call('setUp', paths)
  const servers = []
  for (const file of files) {
    const name = nameOf(file)
    const needed = name === `${framework}-bare` || name === `${framework}-countersign`
    if (!file.startsWith(`${framework}-`) || !(needed || includes(name))) continue
    const { title, algorithms, isOpen = false } = await import(`../servers/${file}`)
    if (!algorithms.includes(algorithm)) continue
    const worker = startWorker({ script: './server-worker.mjs', node, core: MEASURED_CORE, args: [file] })
    const port = await worker.call('setUp', key, keys.uri)
    servers.push({ name, title, worker, port, isOpen })
  }
  const sources = quick ? ['hot', 'distinct', 'expired'] : MODES[algorithm]
  for (const server of servers) await check(load, server, sources)
  const runners = sources.flatMap((source) =>
    servers.map(({ name, worker, port }) => ({
      name: `${name} ${source}`,
      async run(round) {
        const before = await worker.call('cpu')
        const { seconds } = await load.call('run', port, source, 10 + round * size, size)
        const cpu = (await worker.call('cpu')) - before
        return { cpu: cpu / size, rate: size / seconds }
      },
    })),
  )
  // Servers run for days. So the measurement begins when the compiler is done and caches have begun to drop entries.
  for (const { port } of servers) {
    for (const source of sources) {
      const [from, count] = source === 'distinct' ? [rounds * size + 10, warmUp] : [0, warmUp / 8]
      await load.call('run', port, source, from, count)
    }
  }
  await interleave(
    runners.map(({ name, run }) => ({ name, run: () => run(0) })),
    1,
  )
  const series = await interleave(
    runners.map(({ name, run }) => ({ name, run: (round) => run(round + 1) })),
    rounds - 1,
  )
  for (const { worker } of servers) worker.stop()
  load.stop()
  keys.close()
  log(`${framework}, ${algorithm}: done`)
  const of = (name, source, what) => series.get(`${name} ${source}`).map((batch) => batch[what])
  return {
    tokenLength,
    rows: servers.map(({ name, title, isOpen }) => ({
      name,
      title,
      isOpen,
      sources: Object.fromEntries(
        sources.map((source) => [
          source,
          {
            cpu: summarize(of(name, source, 'cpu')),
            added: pairedDifference(of(name, source, 'cpu'), of(`${framework}-bare`, source, 'cpu')),
            againstBare: pairedRatio(of(name, source, 'cpu'), of(`${framework}-bare`, source, 'cpu')),
            rate: summarize(of(name, source, 'rate')),
          },
        ]),
      ),
    })),
  }
}

function serversSection(framework) {
  return {
    name: framework,
    framework,
    async measure(context) {
      const algorithms = context.quick ? ['HS256'] : ['HS256', 'RS256']
      const tables = {}
      for (const algorithm of algorithms)
        tables[algorithm] = await measureMode({ ...context, framework, algorithm })
      return { tables }
    },
    toText: ({ tables }) =>
      Object.entries(tables)
        .map(([algorithm, { rows }]) => {
          const sources = Object.keys(rows[0].sources)
          return formatTable(
            [`${algorithm}: added µs`, ...sources, 'a second, hot'],
            rows.map(({ title, isOpen, sources: found }) => [
              isOpen ? `${title} (whole)` : title,
              ...sources.map((source) => (isOpen ? found[source].cpu : found[source].added).median),
              Math.round(found.hot.rate.median),
            ]),
          )
        })
        .join('\n'),
    drift: ({ tables }) =>
      Object.entries(tables).flatMap(([algorithm, { rows }]) =>
        rows.map(({ name, sources }) => [`${algorithm} ${name} hot`, sources.hot.againstBare]),
      ),
  }
}

export const express = serversSection('express')
export const koa = serversSection('koa')
export const nest = serversSection('nest')
export const fastify = serversSection('fastify')
export const hono = serversSection('hono')
