import { describe, expect, it, vi } from 'vitest'
import { packageFolders } from '../../tools/scripts/pack.mjs'
import {
  PACK_FOR_TESTS,
  hooks,
  missingIn,
  readPublisher,
  toPublished,
} from '../../tools/scripts/publish-manifest.mjs'
import { read } from '../docs/repository.ts'

const publisher = {
  author: 'Ada Lovelace',
  homepage: 'https://docs.test',
  bugs: 'https://code.test/countersign/issues',
  repository: 'https://code.test/countersign.git',
  funding: 'https://funding.test',
}

describe.each(packageFolders())('packages/%s', (folder) => {
  const manifest: Record<string, unknown> = JSON.parse(read(`packages/${folder}/package.json`))
  const published = toPublished(manifest, folder, publisher)

  it('says nothing by hand that is derived when it is packed', () => {
    const derived = ['author', 'bugs', 'funding', 'homepage', 'publishConfig', 'repository']
    expect(Object.keys(manifest).filter((name) => derived.includes(name))).toEqual([])
  })

  it('is published with the same entry points, and without what leads to the sources', () => {
    expect(Object.keys(published['exports'] ?? {})).toEqual(Object.keys(manifest['exports'] ?? {}))
    expect(Object.keys(published['imports'] ?? {})).toEqual(Object.keys(manifest['imports'] ?? {}))
    expect(JSON.stringify(published)).not.toMatch(/@countersign\/source|\/src\//)
    expect(published).not.toHaveProperty('devDependencies')
    expect(published).not.toHaveProperty('scripts')
  })

  it('says who publishes it', () => {
    expect(published).toMatchObject({
      author: 'Ada Lovelace',
      homepage: 'https://docs.test',
      bugs: { url: 'https://code.test/countersign/issues' },
      repository: { url: 'git+https://code.test/countersign.git', directory: `packages/${folder}` },
      funding: 'https://funding.test',
      publishConfig: { access: 'public' },
    })
  })
})

it.each(Object.keys(publisher))('nothing is published without "%s"', (name) => {
  expect(missingIn(publisher)).toEqual([])
  for (const value of [undefined, '', ' ', 42, 'http://plain.test']) {
    if (name === 'author' && value === 'http://plain.test') continue
    expect(missingIn({ ...publisher, [name]: value })).toEqual([expect.stringContaining(`"${name}" must be`)])
  }
})

it('no funding has to be spelled', () => {
  expect(missingIn({ ...publisher, funding: null })).toEqual([])
  expect(toPublished({}, 'core', { ...publisher, funding: null })).not.toHaveProperty('funding')
})

it('packing for a release needs a publisher, packing for tests does not', () => {
  const manifest = { name: '@countersign/express' }
  const pack = () => hooks.beforePacking(manifest, 'packages/express')
  try {
    vi.stubEnv(PACK_FOR_TESTS, '1')
    expect(pack()).toEqual({ ...manifest, publishConfig: { access: 'public' } })
    vi.stubEnv(PACK_FOR_TESTS, undefined)
    const missing = missingIn(readPublisher())
    const expected =
      missing.length > 0
        ? `tools/publisher.json is not filled in: ${missing.join('; ')}`
        : readPublisher().author
    expect(authorOrError(pack)).toBe(expected)
  } finally {
    vi.unstubAllEnvs()
  }
})

function authorOrError(pack: () => Record<string, unknown>): unknown {
  try {
    return pack()['author']
  } catch (error) {
    return (error as Error).message
  }
}
