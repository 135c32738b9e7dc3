import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root, trackedFiles } from '../docs/repository.ts'

const { scripts } = JSON.parse(read('package.json'))
const workflows = trackedFiles().filter((path) => path.startsWith('.github/workflows/'))

it('there is one for checks and one for releases', () => {
  expect(workflows).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml'])
})

describe.each(workflows)('%s', (path) => {
  const text = read(path)
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found!)

  it('pins every action by its major version or its commit', () => {
    const uses = all(/\buses: (\S+)/g)
    expect(uses).not.toEqual([])
    for (const one of uses) {
      expect(one).toMatch(/^(?:[\w-]+\/[\w-]+@(?:v\d+|[0-9a-f]{40})|\.\/\.github\/workflows\/[\w-]+\.yml)$/)
    }
  })

  it('says which permissions it has, none by default or reading alone', () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n/m)
  })

  it('runs scripts that are there', () => {
    const called = all(/npm run ([\w:]+)/g)
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([])
    for (const file of all(/run: (\.\S+)/g)) expect(existsSync(join(root, file)), file).toBe(true)
  })
})

it('CI is .ci/run, a release waits for it, and publishes with provenance', () => {
  expect(read('.github/workflows/ci.yml')).toContain('run: .ci/run')
  const release = read('.github/workflows/release.yml')
  expect(release).toContain('uses: ./.github/workflows/ci.yml')
  expect(release).toContain('needs: checks')
  expect(release).toContain('id-token: write')
  expect(read('tools/scripts/release.mjs')).toContain("'--provenance'")
})
