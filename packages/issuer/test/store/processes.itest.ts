import { createIssuer, fileKeyStore } from '@countersign/issuer'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ISSUER, signingKid } from '../support.ts'

const script = fileURLToPath(new URL('key-process.ts', import.meta.url))

let folder = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }),
  )
  rmSync(folder, { recursive: true, force: true })
})

/** Processes that have loaded everything, and wait. */
function start(count: number, passphrase?: string): Promise<ChildProcess[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(script, [join(folder, 'ring'), ...(passphrase === undefined ? [] : [passphrase])], {
        execArgv: ['--conditions=@countersign/source'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      children.push(child)
      await once(child, 'message')
      return child
    }),
  )
}

async function ask(child: ChildProcess, command: string): Promise<unknown> {
  const answer = once(child, 'message')
  child.send(command)
  return (await answer)[0]
}

const askAll = (all: ChildProcess[], command: string) => Promise.all(all.map((child) => ask(child, command)))

it.each([
  [20, undefined],
  [3, 'correct horse battery staple'],
])(
  '[I-39] %i processes that start at once on a file store make one key, and rotate to one key (passphrase: %s)',
  async (count, passphrase) => {
    const all = await start(count, passphrase)
    const first = await askAll(all, 'sign')
    expect(new Set(first)).toEqual(new Set([expect.stringMatching(/^[\w-]{43}$/)]))
    const next = await askAll(all, 'rotate')
    expect(new Set(next).size).toBe(1)
    expect(next[0]).not.toBe(first[0])
    const options = passphrase === undefined ? { dangerouslyUnencrypted: true } : { passphrase }
    const store = fileKeyStore(join(folder, 'ring'), options)
    const keys = await createIssuer({ issuer: ISSUER, store }).keys()
    expect(keys.map(({ kid, state }) => [kid, state])).toEqual([
      [first[0], 'active'],
      [next[0], 'next'],
    ])
  },
  60_000,
)

it('no write is lost, and none is said to have failed that did not', async () => {
  const all = await start(6)
  expect(await askAll(all, 'count')).toEqual(all.map(() => true))
  const store = fileKeyStore(join(folder, 'ring'), { dangerouslyUnencrypted: true })
  const { version, content } = await store.readKeyRing('count')
  expect({ version, content }).toEqual({ version: 90, content: '90' })
  const names = readdirSync(join(folder, 'ring'))
  const full = names.filter((name) => statSync(join(folder, 'ring', name)).size > 0)
  expect(full.length).toBeLessThanOrEqual(2)
  expect(names.filter((name) => name.startsWith('.'))).toEqual([])
}, 60_000)

it('a process that is killed while it writes leaves a store that works, and nothing of its own behind', async () => {
  const store = fileKeyStore(join(folder, 'ring'), { dangerouslyUnencrypted: true })
  let last = 0
  for (let round = 0; round < 5; round++) {
    const [child] = await start(1)
    await ask(child!, 'writeForever')
    // at another moment each time, once it has written something
    await expect.poll(async () => (await store.readKeyRing('forever')).version).toBeGreaterThan(last + round)
    const ended = once(child!, 'exit')
    child!.kill('SIGKILL')
    await ended
    const { version, content } = await store.readKeyRing('forever')
    expect((JSON.parse(content ?? '') as { pad: string }).pad).toHaveLength(200_000)
    expect(await store.writeKeyRing('forever', version, content ?? '')).toBe(true)
    last = version + 1
    expect(readdirSync(join(folder, 'ring')).filter((name) => name.startsWith('.'))).toEqual([])
  }
  const issuer = createIssuer({ issuer: ISSUER, store })
  expect(await signingKid(issuer)).toBeTruthy()
}, 60_000)
