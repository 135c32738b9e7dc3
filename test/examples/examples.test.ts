import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../docs/repository.ts'

/** What ends with another sentence. */
const endings: Record<string, string> = { websocket: 'Everything is as expected.' }
/** How many lines say what came of something, where it is not the orders API that all frameworks have. */
const lines: Record<string, number> = {
  auction: 23,
  'hand-off': 26,
  'identity-and-orders': 46,
  monolith: 16,
  websocket: 6,
}

/** The examples that check themselves: each starts, calls itself, checks the answers, and ends. */
const examples = globSync('examples/*/package.json', { cwd: root })
  .filter((path) =>
    readFileSync(join(root, path), 'utf8').includes('"@countersign/example-orders": "workspace:*"'),
  )
  .map((path) => basename(dirname(path)))

describe('the example of', () => {
  it.each(examples)('%s starts, is as it should be, and ends', { timeout: 60_000 }, (name) => {
    const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent'], {
      cwd: join(root, 'examples', name),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')])
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(endings[name] ?? 'Every answer is as expected.')
    expect(stdout.match(/^(?:\d{3} {2}|- )/gm)).toHaveLength(lines[name] ?? 10)
  })

  it.each([[], ['--nest']])('spa answers as it should, with %j', { timeout: 120_000 }, (...options) => {
    const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent', '--', '--check', ...options], {
      cwd: join(root, 'examples/spa'),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')])
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Every answer is as expected.')
    expect(stdout.match(/^\d{3} {2}/gm)).toHaveLength(14)
  })

  it('every framework is there', () => {
    const frameworks = globSync('packages/*/package.json', { cwd: root }).filter((path) =>
      /"peerDependencies": \{[^}]*"(express|koa|@nestjs\/core|fastify|hono)"/.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    )
    expect(frameworks).not.toEqual([])
    for (const path of frameworks)
      expect(existsSync(join(root, 'examples', basename(dirname(path))))).toBe(true)
  })
})
