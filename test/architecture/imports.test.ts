import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What the sources of a package may import, besides their own files. A new package or dependency is a decision that is
 * written down here.
 */
const mayImport: Record<string, readonly RegExp[]> = {
  core: [/^jose$/],
  express: [/^@countersign\/core(\/adapter)?$/, /^express$/],
}

/** Files that may import modules of Node: core runs wherever there is WebCrypto, but for one file. */
const mayImportNode = ['packages/core/src/engine/node.ts']

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
  it('has a row for every package', () => {
    const packages = globSync('packages/*/package.json', { cwd: root }).map((path) => basename(dirname(path)))
    expect(new Set(packages)).toEqual(new Set(Object.keys(mayImport)))
  })

  it.each(Object.entries(mayImport))('%s imports its own files and what its row allows', (name, allowed) => {
    const files = filesOf(`packages/${name}/src/**/*.ts`)
    expect(files).not.toEqual([])
    const wrong = refused(files, (specifier, file) => {
      if (specifier.startsWith('.')) return inside(`packages/${name}/src`, file, specifier)
      if (specifier.startsWith('node:')) return mayImportNode.includes(file)
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
    ])
    expect(importsOf('packages/express/src/index.ts')).toEqual(
      expect.arrayContaining(['@countersign/core/adapter', '@countersign/core', 'express']),
    )
  })
})
