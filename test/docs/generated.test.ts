import { describe, expect, it } from 'vitest'
import {
  errorReference,
  expectedFiles,
  markdownFiles,
  readInterface,
  readRegion,
  staleFiles,
  withSnippets,
} from '../../tools/scripts/docs.mjs'
import { read } from './repository.ts'

describe('what the docs repeat of the code', () => {
  it('is as the code has it; if not, run `node tools/scripts/docs.mjs`', () => {
    expect(staleFiles().map(([path]) => path)).toEqual([])
  })

  it('covers the references and every Markdown file', () => {
    expect([...expectedFiles().keys()]).toEqual(
      expect.arrayContaining(['docs/errors.md', 'docs/options.md', 'README.md', ...markdownFiles()]),
    )
  })

  it('has all TypeScript from files that compile and run', () => {
    const loose = markdownFiles().flatMap((path) =>
      [...read(path).matchAll(/^(.*)\n\n?```(?:ts|js|typescript|javascript)\n/gm)]
        .filter(([, before = '']) => !before.startsWith('<!-- snippet: '))
        // what other libraries were used like, which is not ours to compile
        .filter(([, before]) => !(path.startsWith('docs/migrate/') && before === '## Before'))
        .map(([block]) => `${path}: ${block}`),
    )
    expect(loose).toEqual([])
  })
})

describe('the generator of docs', () => {
  it('replaces a snippet that differs from its file', () => {
    const stale = '<!-- snippet: env.ts#env -->\n\n```ts\nold\n```\n'
    expect(withSnippets(stale)).toContain(readRegion('examples/snippets/src/env.ts', 'env'))
    expect(withSnippets(stale)).not.toContain('old')
  })

  it('refuses a region that does not exist', () => {
    expect(() => readRegion('examples/snippets/src/env.ts', 'nowhere')).toThrow('no region nowhere')
  })

  it('refuses an option without a doc comment', () => {
    const source = 'interface X {\n  /** A. */\n  readonly a: string\n  readonly b?: string\n}\n'
    expect(() => readInterface(source, 'X')).toThrow('2 members, but 1 with a doc comment')
  })

  it('writes the remedy of every code', () => {
    expect(errorReference().match(/^- What to do: ./gm)).toHaveLength(
      [...read('packages/core/src/refusal/codes.ts').matchAll(/^ {4}remedy:/gm)].length,
    )
  })
})
