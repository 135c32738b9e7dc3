import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root, trackedFiles } from '../docs/repository.ts'

/** The folders that ARCHITECTURE.md explains. */
const explained = [...read('ARCHITECTURE.md').matchAll(/^((?:[\w.-]+\/)+)\s+\S/gm)].map(
  ([, path = '']) => path,
)

/** The folders that deserve a line: packages, core's own, and what lies in bench, examples, test, tools and docs. */
function folderOf(file: string): string[] {
  const parts = file.split('/')
  const top = parts[0] ?? ''
  if (!['packages', 'bench', 'examples', 'test', 'tools', 'docs'].includes(top)) return []
  const folders = parts.length > 2 ? [`${top}/${parts[1]}/`] : []
  if (file.startsWith('packages/core/src/') && parts.length > 4)
    folders.push(`packages/core/src/${parts[3]}/`)
  return folders
}

describe('the folders of ARCHITECTURE.md', () => {
  it('are those that exist', () => {
    const folders = [...new Set(trackedFiles().flatMap(folderOf))]
    expect(folders).toContain('packages/core/src/token/')
    expect(folders.filter((folder) => !explained.includes(folder))).toEqual([])
    expect(explained.filter((folder) => !existsSync(join(root, folder)))).toEqual([])
  })

  it('stand there once, and in no wrong place', () => {
    expect(new Set(explained).size).toBe(explained.length)
    expect(explained.filter((folder) => !folderOf(`${folder}file`).includes(folder))).toEqual([])
  })

  it('and the files that it names exist', () => {
    const text = read('ARCHITECTURE.md')
    const inCore = [...text.matchAll(/`((?:[\w-]+\/)?[\w-]+\.ts)`/g)].map(([, path = '']) => path)
    expect(inCore.length).toBeGreaterThan(15)
    // a bare name is a file of the folder that the sentence is about
    const tracked = trackedFiles()
    const missing = inCore.filter((path) => !tracked.some((file) => file.endsWith(`/${path}`)))
    expect(missing).toEqual([])
  })
})
