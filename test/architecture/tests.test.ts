import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../docs/repository.ts'

/**
 * Sources that unit tests may import past the exports of core, because nothing exported shows what they do at their
 * edges: parsers and encoders, the engine, the value that they answer with; and what the memo of the verifier, the table
 * of refusals and the channels of events are tested by.
 */
const openToTests = [
  'packages/cli/src/dispatch.ts',
  'packages/cli/src/io.ts',
  'packages/cli/src/packages.ts',
  'packages/core/src/accept/',
  'packages/core/src/algorithms/jwe.ts',
  'packages/core/src/base/base64url.ts',
  'packages/core/src/engine/',
  'packages/core/src/events/events.ts',
  'packages/core/src/issuer/',
  'packages/core/src/keys/announced-age.ts',
  'packages/core/src/policy/create-policy.ts',
  'packages/core/src/refusal/',
  'packages/core/src/request/',
  'packages/core/src/token/',
  'packages/sessions/src/liveness/',
  'packages/sessions/src/service/session-ends.ts',
  'packages/sessions/src/token/',
  'packages/store-postgres/src/log-cursor.ts',
  'packages/store-redis/src/buckets.ts',
  'packages/store-redis/src/keys.ts',
]
const isOpen = (target: string) => openToTests.some((path) => target.startsWith(path))

/** Each relative import of a file, as a path from the root. */
function relativeImports(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8')
  return [...source.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']+)'/gm)].map(([, specifier = '']) =>
    relative(root, resolve(root, dirname(file), specifier)),
  )
}

/** Imports of files that a rule refuses, as readable lines. */
function refused(files: string[], allowed: (target: string, file: string) => boolean): string[] {
  return files.flatMap((file) =>
    relativeImports(file)
      .filter((target) => !allowed(target, file))
      .map((target) => `${file} imports ${target}`),
  )
}

/** The calls of a source that wait for something, from their names to the closing bracket. */
function waits(source: string): string[] {
  return [...source.matchAll(/\bvi\.wait(?:For|Until)\(/g)].map(({ 0: name, index }) => {
    let depth = 0
    // brackets in texts are none
    for (const { 0: token, index: at } of source.slice(index).matchAll(/'[^'\n]*'|`[^`]*`|[()]/g)) {
      if (token === '(') depth++
      else if (token === ')' && --depth === 0) return source.slice(index, index + at + 1)
    }
    throw new Error(`${name} is not closed`)
  })
}

const exclude = ['**/node_modules/**', '**/dist/**', '**/reports/**', 'test/packaging/consumers/**']
const files = (...patterns: string[]) => globSync(patterns, { cwd: root, exclude })

describe('tests', () => {
  it('of a package import their own files, published names, what tests share, and sources open to them', () => {
    const tests = files('packages/*/test/**/*.ts')
    expect(tests).not.toEqual([])
    const own = (file: string) => file.split('/').slice(0, 3).join('/')
    expect(
      refused(
        tests,
        (target, file) =>
          [`${own(file)}/`, 'test/support/'].some((path) => target.startsWith(path)) || isOpen(target),
      ),
    ).toEqual([])
  })

  it('use every source that is open to them', () => {
    const used = files('packages/*/test/**/*.ts').flatMap(relativeImports)
    expect(openToTests.filter((path) => !used.some((target) => target.startsWith(path)))).toEqual([])
  })

  it('are imported by nothing but tests', () => {
    const others = files('packages/*/src/**/*.ts', 'examples/**/*.ts', 'tools/**/*.{ts,mjs}')
    expect(others).not.toEqual([])
    const isTest = /^test\/|^packages\/[^/]+\/test\//
    expect(refused(others, (target) => !isTest.test(target))).toEqual([])
  })

  it('say how long they wait at most: the second of vi.waitFor is too short for a busy machine', () => {
    const tests = files('packages/*/test/**/*.ts', 'test/**/*.ts').filter(
      (file) => file !== 'test/architecture/tests.test.ts',
    )
    const impatient = tests.flatMap((file) =>
      waits(readFileSync(join(root, file), 'utf8'))
        .filter((call) => !/(?:timeout: |,\s+)\d{2,}_000\b[^]{0,20}$/.test(call))
        .map((call) => `${file}: ${call.slice(0, 80)}`),
    )
    expect(impatient).toEqual([])
  })

  it('are seen to wait', () => {
    const calls = ["vi.waitFor(() => expect(f('(')).toBe(1))", 'vi.waitUntil(() => g(), { timeout: 10_000 })']
    expect(waits(calls.join('\n'))).toEqual(calls)
  })

  it('are seen to import', () => {
    expect(relativeImports('test/architecture/tests.test.ts')).toEqual(['test/docs/repository.ts'])
  })
})
