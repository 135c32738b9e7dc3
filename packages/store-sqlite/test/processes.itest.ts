import { sqliteStore } from '@countersign/store-sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createTestFile, type TestFolder } from './support/files.ts'
import { startProcesses, type StoreProcess } from './support/processes.ts'
import { newSession, presented } from './support/requests.ts'

const SID = 'tag.1'
let folder: TestFolder
let file: string

beforeEach(() => {
  ;({ folder, file } = createTestFile())
})
afterEach(() => folder.remove())

/** The store, with a session in it, and processes that have it open too. */
async function start(count: number) {
  const store = sqliteStore(file)
  await store.init()
  await store.createSession(newSession(SID))
  const processes = await startProcesses(count, file)
  onTestFinished(async () => {
    store.close()
    await stopAll(processes)
  })
  return { store, processes }
}

const stopAll = async (processes: readonly StoreProcess[]) => {
  await Promise.all(processes.map(({ stop }) => stop()))
}

describe('several processes on one file', () => {
  it('[I-3] 52 refreshes of one token from 4 processes make one generation, ten times over', async () => {
    const { processes } = await start(4)
    for (let gen = 1; gen <= 10; gen++) {
      const runs = processes.map(({ run }) => run({ do: 'rotate', sid: SID, gen, times: 13 }))
      const answers = (await Promise.all(runs)).flat()
      const outcomes = answers.filter((_, index) => index % 2 === 0)
      const gens = answers.filter((_, index) => index % 2 === 1)
      expect(outcomes).toHaveLength(52)
      expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(51)
      expect(new Set(gens)).toEqual(new Set([gen + 1]))
    }
  })

  it('an id is used once', async () => {
    const { processes } = await start(4)
    const ids = Array.from({ length: 25 }, (_, index) => `id ${index}`)
    const used = await Promise.all(processes.map(({ run }) => run({ do: 'useOnce', ids })))
    for (const index of ids.keys()) expect(used.filter((answers) => answers[index] === true)).toHaveLength(1)
  })

  it('[I-39] one of them writes each version of a key ring', async () => {
    const { processes, store } = await start(4)
    const runs = processes.map(({ run }, index) =>
      run({ do: 'writeKeyRing', versions: 20, content: `by ${index}` }),
    )
    const written = await Promise.all(runs)
    for (let version = 0; version < 20; version++) {
      expect(written.filter((answers) => answers[version] === true).length).toBeLessThanOrEqual(1)
    }
    const { version } = await store.readKeyRing('main')
    expect(written.flat().filter((answer) => answer === true)).toHaveLength(version)
    expect(version).toBeGreaterThan(0)
  })

  it('init from all of them at once, where there is no file yet', async () => {
    const processes = await startProcesses(4, file)
    onTestFinished(() => stopAll(processes))
    for (let round = 0; round < 20; round++) {
      const task = { do: 'init', file: folder.path(`${round}.sqlite`) } as const
      const used = await Promise.all(processes.map(({ run }) => run(task)))
      expect(used.flat().filter(Boolean)).toHaveLength(1)
    }
  })
})

describe('a process that is killed', () => {
  it('[I-4] [I-5] between commit and answer: the retry is answered with the generation that was written', async () => {
    const { store, processes } = await start(1)
    expect(await processes[0]!.runUntilDead({ do: 'rotateAndDie', sid: SID, gen: 1 })).toBe('SIGKILL')
    const { outcome, session } = await store.rotate(presented(SID, 1))
    expect([outcome, session?.gen]).toEqual(['replayed', 2])
  })

  it('in the middle of a transaction: nothing of it is there, and nobody waits for it', async () => {
    const { store, processes } = await start(1)
    expect(await processes[0]!.runUntilDead({ do: 'dieInTransaction', sid: SID })).toBe('SIGKILL')
    const { outcome, session } = await store.rotate(presented(SID, 1))
    expect([outcome, session?.gen]).toEqual(['rotated', 2])
  })

  it('and was the last one that had the file open: what it wrote is there after a restart', async () => {
    const { store, processes } = await start(1)
    store.close()
    await processes[0]!.runUntilDead({ do: 'rotateAndDie', sid: SID, gen: 1 })
    const restarted = sqliteStore(file)
    onTestFinished(() => restarted.close())
    await restarted.init()
    expect((await restarted.rotate(presented(SID, 1))).session?.gen).toBe(2)
  })
})
