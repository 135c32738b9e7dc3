import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { floors } from './floors.ts'
import { circlesOf, grouped, toGraph, type Graph } from './graph.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const core = /^@countersign\/core(\/adapter)?$/
const contracts = /^@countersign\/(core(\/toolkit)?|stores)$/

/**
 * What the sources of a package may import, besides their own files: core nothing but jose; an adapter core and its own
 * framework, never another adapter; the issuing side core's contracts, and sessions the issuer. A new package or dependency is a decision that is written down here.
 */
const mayImport: Record<string, readonly RegExp[]> = {
  cli: [contracts, /^@countersign\/(issuer|store-sqlite|store-postgres|store-redis)$/, /^(pg|redis)$/],
  client: [],
  core: [/^jose$/, /^#engine$/],
  express: [core, /^express$/],
  fastify: [core, /^fastify$/, /^fastify-plugin$/],
  hono: [core, /^hono(\/|$)/],
  issuer: [contracts, /^jose$/],
  koa: [core, /^koa$/],
  nest: [core, /^@nestjs\//, /^rxjs$/],
  sessions: [contracts, /^@countersign\/issuer$/, /^cookie$/],
  stores: [/^@countersign\/core(\/toolkit)?$/],
  'store-postgres': [contracts],
  'store-redis': [contracts],
  'store-sqlite': [contracts],
  testing: [core, contracts, /^@countersign\/(issuer|sessions)$/, /^jose$/],
}

/**
 * Core runs wherever there is WebCrypto: only this file of it imports modules of Node. jose is for the web engine, and
 * for encrypted tokens: loaded by `import()` when the first one comes.
 */
const nodeEngine = 'packages/core/src/engine/node.ts'
const webEngine = 'packages/core/src/engine/web.ts'
const decrypter = 'packages/core/src/decryption/jose.ts'

const packages = globSync('packages/*/package.json', { cwd: root }).map((path) => basename(dirname(path)))

/** The sources and the tests of a folder of the workspace, as paths from its root. */
function filesOf(...patterns: string[]): string[] {
  const exclude = ['**/node_modules/**', '**/dist/**', 'test/packaging/consumers/**']
  return globSync(patterns, { cwd: root, exclude })
}

/** What a file imports, also for types and by `import()`. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8')
  const statements = source.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom)?\s+'([^']+)'/gm)
  const calls = source.matchAll(/\bimport\(\s*'([^']+)'/g)
  return [...statements, ...calls].map(([, specifier = '']) => specifier)
}

/** The imports of files that a rule refuses, as readable lines. */
function refused(files: string[], allowed: (specifier: string, file: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !allowed(specifier, file))
      .map((specifier) => `${file} imports ${specifier}`),
  )
}

const inside = (folder: string, file: string, specifier: string): boolean =>
  !relative(join(root, folder), resolve(root, dirname(file), specifier)).startsWith('..')

describe('who may import whom', () => {
  it.each(packages)('%s imports its own files and what its row allows', (name) => {
    const allowed = mayImport[name]
    if (allowed === undefined) throw new Error(`mayImport has no row for ${name}`)
    const files = filesOf(`packages/${name}/src/**/*.ts`)
    expect(files).not.toEqual([])
    const wrong = refused(files, (specifier, file) => {
      if (specifier.startsWith('.')) return inside(`packages/${name}/src`, file, specifier)
      if (specifier.startsWith('node:')) return name !== 'core' || file === nodeEngine
      if (name === 'core' && specifier === 'jose') return file === webEngine || file === decrypter
      return allowed.some((pattern) => pattern.test(specifier))
    })
    expect(wrong).toEqual([])
  })

  it('tests and examples of several packages import packages by their published names', () => {
    const files = filesOf('test/**/*.ts', 'examples/**/*.ts')
    expect(files).not.toEqual([])
    expect(
      refused(files, (specifier, file) => !specifier.startsWith('.') || !inside('packages', file, specifier)),
    ).toEqual([])
  })

  it('sees the imports that it judges', () => {
    expect(importsOf('test/architecture/imports.test.ts')).toEqual([
      'node:fs',
      'node:path',
      'node:url',
      'vitest',
      './floors.ts',
      './graph.ts',
    ])
    expect(importsOf('packages/express/src/index.ts')).toEqual(
      expect.arrayContaining(['@countersign/core/adapter', '@countersign/core', 'express']),
    )
  })
})

/** The relative imports between the sources of a package, types included, as paths below its `src`. */
function importsWithin(name: string): Graph {
  const src = `packages/${name}/src`
  const below = (path: string) => relative(join(root, src), resolve(root, path))
  return toGraph(
    filesOf(`${src}/**/*.ts`).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => [below(file), below(join(dirname(file), specifier))] as const),
    ),
  )
}

/** Where a file is: the folder below `src`; for files of `src`, and files that a floor names, the file itself. */
function placeOf(file: string, named: readonly string[] = []): string {
  if (named.includes(file)) return file
  if (file.includes('/')) return file.slice(0, file.indexOf('/'))
  return named.includes('.') ? '.' : file
}

/** The imports that lead up, or from one place to another on the same floor. */
function upwards(graph: Graph, order: (typeof floors)[string]): string[] {
  const named = order.flat()
  const floorOf = (place: string) => order.findIndex((floor) => [floor].flat().includes(place))
  return [...graph].flatMap(([file, targets]) => {
    const from = placeOf(file, named)
    return [...targets]
      .filter((target) => {
        const to = placeOf(target, named)
        return to !== from && floorOf(to) >= floorOf(from)
      })
      .map((target) => `${file} imports ${target}`)
  })
}

/** The circles of files, and of folders, in a package. */
function circlesIn(name: string): string[] {
  const graph = importsWithin(name)
  const named = floors[name]?.flat()
  return [...circlesOf(graph), ...circlesOf(grouped(graph, (file) => placeOf(file, named)))]
}

describe('inside a package', () => {
  it.each(packages)('%s has no circle of files or folders, types included', (name) => {
    expect(circlesIn(name)).toEqual([])
  })

  it.each(['issuer', 'sessions'])('%s has the floors that ARCHITECTURE.md names', (name) => {
    const order = floors[name]!.flat().filter((floor) => floor !== '.')
    const line = order.map((folder) => `\`${folder}/\``).join(' → ')
    expect(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')).toContain(`packages/${name}/src\`: ${line}`)
  })

  it.each(Object.keys(floors))('%s has no import that leads up', (name) => {
    const order = floors[name]!
    const graph = importsWithin(name)
    const places = [...graph.keys()].map((file) => placeOf(file, order.flat()))
    expect([...new Set(places)].toSorted()).toEqual(order.flat().toSorted())
    expect(upwards(graph, order)).toEqual([])
  })

  it('is seen as it is: circles, and imports that lead up', () => {
    const graph = toGraph([
      ['a/one.ts', 'b/two.ts'],
      ['b/three.ts', 'c.ts'],
      ['c.ts', 'a/four.ts'],
      ['c.ts', 'd/five.ts'],
    ])
    expect(circlesOf(graph)).toEqual([])
    expect(circlesOf(grouped(graph, (file) => placeOf(file)))).toEqual(['a <-> b <-> c.ts'])
    expect(upwards(graph, ['d', 'a', 'b', '.'])).toEqual([
      'a/one.ts imports b/two.ts',
      'b/three.ts imports c.ts',
    ])
    expect(
      upwards(graph, [
        ['d', 'a'],
        ['b', 'c.ts'],
      ]),
    ).toEqual(['a/one.ts imports b/two.ts', 'b/three.ts imports c.ts'])
  })
})
