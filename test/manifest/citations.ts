import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { read, root, trackedFiles } from '../docs/repository.ts'

/** A promise, and where it comes from. */
export interface Requirement {
  /** V: verifying, I: issuing and sessions, A to E: what went wrong elsewhere. */
  readonly id: string
  /** Must, should, option. */
  readonly level: 'M' | 'S' | 'O'
  readonly promise: string
  readonly source: string
  readonly state: 'met' | 'gap'
  /** For a gap: the step that will close it, and why it is open. */
  readonly step?: string
  readonly why?: string
  /** For what is met in the main: what is not there yet. */
  readonly open?: string
}

export const manifest = JSON.parse(readFileSync(join(root, 'test/manifest/requirements.json'), 'utf8')) as {
  readonly steps: readonly string[]
  readonly rows: readonly Requirement[]
}

const ID = /\[([A-E]\d+|[IV]-\d+)\]/g

/** The ids in the titles of a test file: in texts that stand in quotes, comments left out. */
export function idsIn(source: string): string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  const texts = code.match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? []
  return texts.flatMap((text) => [...text.matchAll(ID)].map(([, id = '']) => id))
}

/**
 * Whether a test file runs the store suite on a store: the suite's cases are named where it is written, and their names are
 * titles where a test runs them and takes a failure of theirs for its own.
 */
function runsStoreSuite(source: string): boolean {
  return /\bstoreSuite\(/.test(source) && /\bexpect\(run\(\)\)\.resolves\b/.test(source)
}

/** Every id that a test cites, with the files that do. */
export function citations(): Map<string, string[]> {
  const cited = new Map<string, string[]>()
  const tests = trackedFiles().filter(
    (path) => /(?:^|\/)test\/.*\.ts$/.test(path) && !path.startsWith('test/manifest/'),
  )
  const cases = trackedFiles().filter((path) => path.startsWith('packages/testing/src/stores/cases/'))
  const idsOfSuite = cases.flatMap((path) => idsIn(read(path)))
  for (const path of tests) {
    const source = read(path)
    const ids = [...idsIn(source), ...(runsStoreSuite(source) ? idsOfSuite : [])]
    for (const id of new Set(ids)) cited.set(id, [...(cited.get(id) ?? []), path])
  }
  return cited
}
