import { describe, expect, it } from 'vitest'
import { compactLock, lockedProjects } from '../../tools/scripts/locks.mjs'
import { read } from '../docs/repository.ts'

interface Lock {
  packages: Record<string, { version?: string; integrity?: string; link?: boolean; resolved?: string }>
}

it('finds the projects outside the workspace', () => {
  expect(lockedProjects).toContain('bench')
  expect(lockedProjects).toContain('test/matrix/nest11')
})

describe.each(lockedProjects)('the lock file of %s', (folder) => {
  const text = read(`${folder}/package-lock.json`)
  const { packages }: Lock = JSON.parse(text)

  it('has one line for each package: else run `node tools/scripts/locks.mjs`', () => {
    expect(text).toBe(compactLock(text))
  })

  it('belongs to its package.json', () => {
    const { dependencies, devDependencies } = JSON.parse(read(`${folder}/package.json`))
    expect(packages['']).toMatchObject({ dependencies, ...(devDependencies && { devDependencies }) })
  })

  it('pins the version and the content of every package, and names no registry', () => {
    // what lies in the workspace is a link, or the folder that a link leads to
    const installed = Object.entries(packages).filter(
      ([path, { link }]) => path.startsWith('node_modules/') && !link,
    )
    expect(installed.length).toBeGreaterThan(100)
    for (const [path, { version, integrity, resolved }] of installed) {
      expect(version, path).toMatch(/^\d+\.\d+\.\d+/)
      expect(integrity, path).toMatch(/^sha\d+-/)
      expect(resolved, path).toBeUndefined()
    }
  })
})
