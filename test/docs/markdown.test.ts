import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { markdownFiles } from '../../tools/scripts/docs.mjs'
import { read, root } from './repository.ts'

/** Text without code, in which brackets mean something else. */
function prose(path: string): string {
  return read(path)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '))
}

function linksOf(path: string): string[] {
  return [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(path: string): string[] {
  return [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What is wrong with a link, if anything is. */
function defect(path: string, target: string): string | undefined {
  if (target.startsWith('https://')) return undefined
  const [file = '', anchor] = target.split('#')
  const resolved = file === '' ? path : join(dirname(path), file)
  if (!existsSync(join(root, resolved))) return `${path}: ${target} does not exist`
  if (anchor === undefined) return undefined
  return anchorsOf(resolved).includes(anchor) ? undefined : `${path}: ${target} has no such heading`
}

describe('links', () => {
  it('lead to files and headings that exist', () => {
    const links = markdownFiles().flatMap((path) => linksOf(path).map((target) => [path, target] as const))
    expect(links.length).toBeGreaterThan(40)
    expect(links.map(([path, target]) => defect(path, target)).filter(Boolean)).toEqual([])
  })

  it('are seen to be broken', () => {
    expect(defect('README.md', 'docs/nowhere.md')).toMatch('does not exist')
    expect(defect('README.md', 'docs/errors.md#nowhere')).toMatch('no such heading')
    expect(defect('README.md', 'docs/errors.md#key_unknown')).toBeUndefined()
  })

  it('of the packages’ READMEs, which are published alone, are absolute', () => {
    const readmes = globSync('packages/*/README.md', { cwd: root })
    expect(readmes).not.toEqual([])
    const relative = readmes.flatMap((path) =>
      linksOf(path).filter((target) => !target.startsWith('https://')),
    )
    expect(relative).toEqual([])
  })

  it('lead to every page of docs', () => {
    const linked = markdownFiles().flatMap((path) =>
      linksOf(path).map((target) => join(dirname(path), target.split('#')[0] ?? '')),
    )
    const pages = globSync('docs/**/*.md', { cwd: root })
    expect(pages.filter((page) => !linked.includes(page))).toEqual([])
  })
})

describe('decision records', () => {
  const records = globSync('docs/adr/[0-9]*.md', { cwd: root }).toSorted()

  it('are numbered without gaps', () => {
    expect(records.map((path) => Number(/(\d{4})-/.exec(path)?.[1]))).toEqual(records.map((_, i) => i + 1))
  })

  it.each(records)('%s says context, decision, what was rejected, and consequences', (path) => {
    const headings = [...read(path).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['Context', 'Decision', 'Rejected', 'Consequences'])
  })
})
