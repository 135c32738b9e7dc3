import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { REFUSAL_CODES } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import { differences, headerDifferences } from './differences.ts'
import { PUBLIC_REFUSALS } from './refusals.ts'
import { rows } from './rows/index.ts'
import { scenarios } from './scenarios/index.ts'

const packages = new URL('../../packages/', import.meta.url)

/** Peer dependencies that are frameworks: each needs a column. Which other releases work is the matrix's to show. */
const FRAMEWORKS = new Set(['express', 'koa', 'fastify', 'hono', '@nestjs/core'])
/** Peer dependencies that are none. */
const NOT_FRAMEWORKS = [
  /^@countersign\/store-/,
  /^@types\//,
  /^@nestjs\/(?!core$)/,
  /^reflect-metadata$/,
  /^rxjs$/,
  /^(pg|ioredis|redis)$/,
]

interface Manifest {
  readonly name: string
  readonly peerDependencies?: Readonly<Record<string, string>>
}
const manifests = readdirSync(packages)
  .map((name) => new URL(`${name}/package.json`, packages))
  .filter((url) => existsSync(url))
  .map((url) => JSON.parse(readFileSync(url, 'utf8')) as Manifest)

/** Every framework that a package of ours says it works with. */
const promised = manifests.flatMap(({ name, peerDependencies = {} }) =>
  Object.entries(peerDependencies)
    .filter(([peer]) => FRAMEWORKS.has(peer))
    .map(([peer, range]) => ({ name: `${name} on ${peer}`, majors: range.match(/(?<=\^)\d+/g) ?? [] })),
)

describe('the table has', () => {
  it('a column for every framework that a package has as its peer', () => {
    const kept = new Set(columns.map(({ package: name, framework }) => `${name} on ${framework.name}`))
    expect(promised).not.toEqual([])
    expect(promised.map(({ name }) => name).filter((name) => !kept.has(name))).toEqual([])
  })

  it.each(columns)('$name in a release that the package promises', ({ package: name, framework }) => {
    const promise = promised.find((candidate) => candidate.name === `${name} on ${framework.name}`)
    expect(promise?.majors).toContain(framework.version.split('.')[0])
  })

  it('seen every peer dependency, as a framework or as none', () => {
    const peers = manifests.flatMap(({ peerDependencies = {} }) => Object.keys(peerDependencies))
    expect(
      peers.filter((peer) => !FRAMEWORKS.has(peer) && !NOT_FRAMEWORKS.some((name) => name.test(peer))),
    ).toEqual([])
  })

  it('every file of columns/ in its list', () => {
    const files = readdirSync(new URL('columns', import.meta.url)).filter((name) => name !== 'index.ts')
    expect(files.length).toBe(columns.length)
  })

  it('a row for every refusal code', () => {
    const bodies = [...rows, ...scenarios.flatMap(({ steps }) => steps)].flatMap((item) =>
      'expect' in item ? [item.expect.body] : [],
    )
    const seen = new Set(bodies.map((body) => (body as { code?: string } | undefined)?.code))
    expect(REFUSAL_CODES.filter((code) => !seen.has(code))).toEqual([])
  })

  it('the public text, status and challenge of every refusal code written down', () => {
    expect(Object.keys(PUBLIC_REFUSALS)).toEqual([...REFUSAL_CODES])
  })

  it('ids in front of every title, and no title twice', () => {
    const titles = [...rows, ...scenarios].map(({ title }) => title)
    expect(titles.filter((title) => !/^(\[[A-Z]+-?\d+\] )+\S/.test(title))).toEqual([])
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([])
  })

  it('only differences that still are about a column and a row', () => {
    const stale = differences.filter(
      ({ column, row }) =>
        !columns.some(({ name }) => name === column) || !rows.some(({ title }) => title.includes(row)),
    )
    expect(stale).toEqual([])
    const names = columns.map(({ name }) => name)
    expect(headerDifferences.filter(({ column }) => !names.includes(column))).toEqual([])
  })
})
