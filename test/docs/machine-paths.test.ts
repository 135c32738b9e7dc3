import { describe, expect, it } from 'vitest'
import { read, trackedFiles } from './repository.ts'

/** Folders of one machine, at the beginning of an absolute path. */
const MACHINE_PATH = /(?<![\w.:*/-])\/(?:work|home|root|Users|mnt|private)\/[\w.@-]+/

const BINARY = /\.(?:png|jpg|ico|woff2?|gz|tgz)$/

describe('tracked files', () => {
  it('hold no path of the machine that they were written on', () => {
    const files = trackedFiles().filter((path) => !BINARY.test(path))
    expect(files.length).toBeGreaterThan(100)
    const found = files.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => (MACHINE_PATH.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    )
    expect(found).toEqual([])
  })

  it('would be seen to hold one', () => {
    const folder = ['', 'home', 'somebody', 'countersign'].join('/')
    expect(`see ${folder}/README.md`).toMatch(MACHINE_PATH)
    expect(`'${folder}'`).toMatch(MACHINE_PATH)
    expect('https://example.com/home/page').not.toMatch(MACHINE_PATH)
  })
})
