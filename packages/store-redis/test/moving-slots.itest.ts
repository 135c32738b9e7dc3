// A slot that moves from one node to another while its sessions are in use.
import type { Store } from '@countersign/stores'
import { startRedisCluster, type RedisCluster } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKeys } from '../src/keys.ts'
import { openIoredisCluster, openNodeRedisCluster, type TestClient } from './support/clients.ts'
import { beginMove, openMaster, type Master } from './support/moving.ts'
import { readLog, untilAvailable } from './support/operations.ts'
import {
  endAll,
  listed,
  logOut,
  made,
  newTag,
  REVOKE_FOR,
  sessionInput,
  tokenOf,
} from './support/sessions.ts'

let cluster: RedisCluster
let nodes: readonly Master[]
beforeAll(async () => {
  cluster = await startRedisCluster()
  nodes = await Promise.all(cluster.nodes.map(openMaster))
}, 60_000)
afterAll(async () => {
  for (const { admin } of nodes) await admin.close()
  await cluster.stop()
})

const keys = createKeys('countersign')

describe.each([
  // the buckets of the first master, and of the last, by the first letter of a tag: one for each test
  ['redis', openNodeRedisCluster, 0, 'ABCDEFGHIJKLMNOPQRSTU'],
  ['ioredis', openIoredisCluster, 2, 'rstuvwxyz0123456789-_'],
] as const)('%s', { timeout: 60_000 }, (_library, open, source, letters) => {
  const untouched = Array.from(letters)
  const moveOf = async (tag: string) => beginMove(keys.ofTag(tag).log, nodes[source]!, nodes[1]!, nodes)
  let client: TestClient
  let store: Store
  let tag: string
  beforeEach(async () => {
    client = await open(cluster.nodes)
    store = redisStore(client.client)
    tag = `${untouched.pop()}${newTag()}`
  })
  afterEach(async () => client.close())

  const create = async () => made(await store.createSession(sessionInput(tag)))
  /** The key of a session, unless it is the name of another. */
  const keyOf = (name: string): string => {
    const at = keys.ofTag(tag)
    const others = new Map([
      ['epoch', at.epoch(tag)],
      ['index', at.index(tag)],
      ['log', at.log],
    ])
    return others.get(name) ?? at.session(name)
  }

  /** What came of it: an answer, or that there is none now. A mistake is thrown. */
  async function orUnavailable<T>(operation: Promise<T>): Promise<T | 'unavailable'> {
    return operation.catch((error: unknown) => {
      if (error instanceof Error && error.name === 'StoreUnavailableError') return 'unavailable'
      throw error
    })
  }

  it('[I-3] refreshes go on, or are unavailable: none is refused, and none taken for theft', async () => {
    const session = await create()
    const stolen = await create()
    for (const gen of [1, 2]) await store.rotate(tokenOf(stolen, gen))
    let gen = 1
    const refresh = async () => {
      const answer = await orUnavailable(store.rotate(tokenOf(session, gen)))
      if (answer === 'unavailable') return answer
      gen += 1
      return answer.session?.gen === gen ? answer.outcome : `generation ${answer.session?.gen}`
    }
    const move = await moveOf(tag)
    expect(['rotated', 'unavailable']).toContain(await refresh())
    for (const key of [keyOf('index'), keyOf(session.sid)]) {
      await move.take(key)
      expect(['rotated', 'replayed', 'unavailable']).toContain(await refresh())
    }
    await move.finish()
    // the first on the node that the client still thinks of
    for (let more = 0; more < 3; more++) expect(['rotated', 'replayed']).toContain(await refresh())
    expect(await store.rotate(tokenOf(stolen, 1))).toMatchObject({ outcome: 'reused' })
    expect(await store.rotate(tokenOf(stolen, 3))).toMatchObject({ outcome: 'revoked' })
  })

  it('[I-17][I-19] what was ended stays so, wherever its keys are', async () => {
    const [kept, loggedOut, ended] = [await create(), await create(), await create()]
    await logOut(store, loggedOut.sid)
    const move = await moveOf(tag)
    await move.take(keyOf(kept.sid))
    const raise = async () => orUnavailable(endAll(store, tag))
    const verdictOn = async ({ sid }: { sid: string }) => {
      const answer = await orUnavailable(store.checkSession(tag, sid))
      return answer === 'unavailable' ? answer : answer.state
    }
    expect(['revoked', 'unavailable']).toContain(await verdictOn(loggedOut))
    const raised = await raise()
    for (const one of [kept, ended])
      expect(raised === 'unavailable' ? ['live', 'unavailable'] : ['revoked', 'unavailable']).toContain(
        await verdictOn(one),
      )
    await move.take(keyOf('epoch'))
    for (const one of [kept, ended]) expect(['revoked', 'unavailable']).toContain(await verdictOn(one))
    await move.finish()
    if (raised === 'unavailable') await raise()
    for (const one of [kept, loggedOut, ended]) expect(await verdictOn(one)).toBe('revoked')
    expect(await store.rotate(tokenOf(kept, 1))).toMatchObject({ outcome: 'revoked' })
  })

  it.each([
    ['the sessions first', (sids: string[]) => [sids[0]!, sids[1]!, 'log', 'index', 'epoch']],
    ['the sessions last', (sids: string[]) => ['epoch', 'log', 'index', sids[0]!, sids[1]!]],
    ['one of them in between', (sids: string[]) => [sids[0]!, 'index', 'epoch', sids[1]!, 'log']],
  ])('[I-20] a list has all sessions or is unavailable, and loses none: %s', async (_order, orderOf) => {
    // so that the key exists
    await endAll(store, tag)
    const sids = [(await create()).sid, (await create()).sid]
    const sidsOf = (sessions: readonly { sid: string }[]) => sessions.map(({ sid }) => sid).toSorted()
    const move = await moveOf(tag)
    for (const name of orderOf(sids)) {
      await move.take(keyOf(name))
      const list = await orUnavailable(listed(store, tag).then(sidsOf))
      expect(['unavailable', sids.toSorted()]).toContainEqual(list)
    }
    await move.finish()
    expect(sidsOf(await listed(store, tag))).toEqual(sids.toSorted())
    const limited = sessionInput(tag, {}, { limit: 2, overLimit: 'deny' })
    expect(await store.createSession(limited)).toMatchObject({ session: undefined })
  })

  it('[I-50] a session ends together with its entry in the log, or not at all, wherever its keys are', async () => {
    const ended = [await create(), await create(), await create(), await create()]
    await endAll(store, newTag())
    await logOut(store, ended[0]!.sid)
    const move = await moveOf(tag)
    const outcomes: (boolean | 'unavailable')[] = []
    for (const [at, name] of ['log', 'index', ended[1]!.sid].entries()) {
      await move.take(keyOf(name))
      outcomes.push(await orUnavailable(logOut(store, ended[at + 1]!.sid)))
    }
    await move.finish()
    const state = async ({ sid }: { sid: string }) =>
      (await untilAvailable(async () => store.checkSession(tag, sid))).state
    const states = await Promise.all(ended.map(state))
    const inLog = new Set((await readLog(store)).entries.map(({ key }) => key))
    expect(states).toEqual(ended.map(({ sid }) => (inLog.has(sid) ? 'revoked' : 'live')))
    expect(states.slice(1)).toEqual(outcomes.map((outcome) => (outcome === true ? 'revoked' : 'live')))
    for (const { sid } of ended.slice(1)) await untilAvailable(async () => logOut(store, sid))
    expect(new Set((await readLog(store)).entries.map(({ key }) => key))).toEqual(
      new Set([...inLog, ...ended.map(({ sid }) => sid)]),
    )
  })

  it('the sessions of a provider are all found and ended, or it is unavailable', async () => {
    const provider = { issuer: 'https://idp', sid: newTag(), subject: 'alice' }
    const input = () => sessionInput(tag, { provider })
    const sids = [made(await store.createSession(input())).sid, made(await store.createSession(input())).sid]
    const find = async () => {
      const { sessions } = await store.sessionsOf({ issuer: 'https://idp', sid: provider.sid })
      return sessions.map(({ sid }) => sid).toSorted()
    }
    const move = await moveOf(tag)
    for (const name of [sids[0]!, 'log', sids[1]!, 'index']) {
      await move.take(keyOf(name))
      expect(['unavailable', sids.toSorted()]).toContainEqual(await orUnavailable(find()))
    }
    const end = async () =>
      store.endProviderSessions({ issuer: 'https://idp', sid: provider.sid }, REVOKE_FOR)
    expect(['unavailable', sids.toSorted()]).toContainEqual(
      await orUnavailable(end().then(({ ended }) => ended.toSorted())),
    )
    await move.finish()
    await untilAvailable(end)
    for (const sid of sids)
      expect(await store.findSession(sid)).toMatchObject({ session: { reason: 'provider' } })
    expect(await store.createSession(input())).toMatchObject({ outcome: 'providerEnded' })
  })

  it('[I-17] under logins and logouts: what was answered holds, and rows and log agree', async () => {
    const created = new Set<string>()
    const loggedOut = new Set<string>()
    const over = new AbortController()
    const use = async () => {
      while (!over.signal.aborted) {
        const input = sessionInput(tag)
        if ((await orUnavailable(store.createSession(input))) === 'unavailable') continue
        created.add(input.session.sid)
        if ((await orUnavailable(logOut(store, input.session.sid))) === true) loggedOut.add(input.session.sid)
      }
    }
    const users = [use(), use(), use()]
    await expect.poll(() => loggedOut.size).toBeGreaterThan(5)
    const move = await moveOf(tag)
    // key by key, with what came meanwhile
    for (let step = 0; step < 20; step++) await move.takeSome(7)
    await move.finish()
    const atTheEnd = loggedOut.size
    await expect.poll(() => loggedOut.size).toBeGreaterThan(atTheEnd)
    over.abort()
    await Promise.all(users)
    const rows = await Promise.all(
      [...created].map(async (sid) => untilAvailable(async () => store.findSession(sid))),
    )
    const ended = rows.flatMap(({ session }) => (session?.reason === 'logout' ? session.sid : []))
    expect(rows.every(({ session }) => session !== undefined)).toBe(true)
    expect(ended).toEqual(expect.arrayContaining([...loggedOut]))
    const inLog = (await readLog(store)).entries.map(({ key }) => key).filter((key) => created.has(key))
    expect(inLog.toSorted()).toEqual(ended.toSorted())
  })

  it('the log is read on over a move with the same cursor, each entry once', async () => {
    const [first, second] = [await create(), await create()]
    await logOut(store, first.sid)
    const { cursor } = await readLog(store)
    const move = await moveOf(tag)
    await move.takeAll()
    await move.finish()
    await untilAvailable(async () => logOut(store, second.sid))
    const next = await untilAvailable(async () => store.readRevocations(cursor, 1000))
    expect(next).toMatchObject({ gap: false, complete: true, entries: [{ key: second.sid }] })
  })

  it('a login is made or unavailable', async () => {
    await create()
    const move = await moveOf(tag)
    const input = sessionInput(tag)
    await orUnavailable(store.createSession(input))
    await move.takeAll()
    await orUnavailable(store.createSession(input))
    await move.finish()
    const session = made(await untilAvailable(async () => store.createSession(input)))
    expect(await listed(store, tag)).toHaveLength(2)
    expect(await store.rotate(tokenOf(session, 1))).toMatchObject({ outcome: 'rotated' })
  })

  it('a slot that no node serves is unavailable, also for a client that was never told of one', async () => {
    const session = await create()
    const slot = String(await client.send(keyOf('log'), 'CLUSTER', 'KEYSLOT', keyOf('log')))
    // the others may still think that it has it
    for (const { admin } of nodes) await admin.send('', 'CLUSTER', 'DELSLOTS', slot).catch(() => undefined)
    const late = await open(cluster.nodes)
    try {
      for (const one of [store, redisStore(late.client, { timeout: 1000 })])
        await expect(one.rotate(tokenOf(session, 1))).rejects.toMatchObject({ name: 'StoreUnavailableError' })
    } finally {
      await nodes[source]!.admin.send('', 'CLUSTER', 'ADDSLOTS', slot)
      await cluster.untilWhole()
      await late.close()
    }
    const answer = await untilAvailable(async () => store.rotate(tokenOf(session, 1)))
    // what was given up may have been done since
    expect(['rotated', 'replayed']).toContain(answer.outcome)
    expect(answer).toMatchObject({ session: { gen: 2 } })
  })
})
