import { memoryStore, type NewRevocation, type Store } from '@countersign/stores'
import { storeSuite, type StoreSuiteOptions } from '@countersign/testing/stores'
import { describe, expect, it } from 'vitest'

const ALL = { limit: 1_000, after: undefined }

/** A memory store with some methods replaced. */
type Faulty = (inner: Store) => Partial<Store>

function suiteOf(faulty: Faulty, rest: Partial<StoreSuiteOptions> = {}): ReturnType<typeof storeSuite> {
  return storeSuite({
    create: async ({ now }) => {
      const inner = memoryStore({ now })
      return { ...inner, ...faulty(inner) }
    },
    watches: true,
    ...rest,
  })
}

/** The names of the cases that fail. */
async function failures(cases: ReturnType<typeof storeSuite>): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of cases) {
    await run().catch(() => failed.push(name))
  }
  return failed
}

/** Like asynchronous replication: a generation that the store does not know may be one that it lost. */
const lossy: Faulty = (inner) => ({
  mayLoseWrites: true,
  rotate: async (input) => {
    const answer = await inner.rotate(input)
    if (answer.outcome !== 'expired' || input.gen !== (answer.session?.gen ?? 0) + 1) return answer
    const caughtUp = await inner.rotate({ ...input, gen: input.gen - 1, cooldown: 0 })
    if (caughtUp.outcome !== 'rotated') return answer
    const adopted = await inner.rotate({ ...input, cooldown: Infinity })
    return { ...adopted, outcome: 'ahead' }
  },
})

describe('the suite', () => {
  it('passes a store that declares that it may lose writes, if that catches up', async () => {
    expect(await failures(suiteOf(lossy))).toEqual([])
  })

  it('fails a store that declares it and does not catch up, or catches up and does not declare it', async () => {
    const adopts = expect.arrayContaining([expect.stringMatching(/^the next generation is adopted only/)])
    expect(await failures(suiteOf(() => ({ mayLoseWrites: true })))).toEqual(adopts)
    expect(await failures(suiteOf((inner) => ({ ...lossy(inner), mayLoseWrites: false })))).toEqual(adopts)
  })

  const faults: readonly (readonly [string, Faulty, RegExp])[] = [
    [
      'answers two racing refreshes as the one that rotated',
      (inner) => {
        let last: string | undefined
        return {
          rotate: async (input) => {
            const answer = await inner.rotate(input)
            const key = `${input.sid} ${answer.session?.gen}`
            const isTwin = answer.outcome === 'replayed' && key === last
            if (answer.outcome === 'rotated') last = key
            return isTwin ? { ...answer, outcome: 'rotated' } : answer
          },
        }
      },
      /^\[I-3\] 50 parallel refreshes/,
    ],
    [
      'asks before it marks an id',
      () => {
        const used = new Set<string>()
        return {
          useOnce: async (purpose, id) => {
            const key = JSON.stringify([purpose, id])
            const isFirst = !used.has(key)
            await Promise.resolve()
            used.add(key)
            return isFirst
          },
        }
      },
      /^useOnce at once/,
    ],
    [
      'asks for the version before it writes a ring',
      (inner) => ({
        writeKeyRing: async (ring, expected, content) => {
          const { version } = await inner.readKeyRing(ring)
          if (version !== expected) return false
          await inner.writeKeyRing(ring, version, content)
          return true
        },
      }),
      /^\[I-39\]/,
    ],
    [
      'counts sessions before it creates one',
      (inner) => ({
        createSession: async (input) => {
          const tag = input.session.sid.split('.')[0]!
          const { now, sessions } = await inner.listSessions(tag, ALL)
          const isFull = input.overLimit === 'deny' && sessions.length >= (input.limit ?? Infinity)
          if (isFull) return { now, outcome: 'limit', session: undefined, evicted: [] }
          return inner.createSession(input.overLimit === 'deny' ? { ...input, limit: undefined } : input)
        },
      }),
      /^\[I-21\] parallel logins .* denies/,
    ],
    [
      'ends what an index finds when the epoch is raised',
      (inner) => ({
        raiseEpoch: async ({ subjectTag, revokeFor }) => {
          const { now, sessions } = await inner.listSessions(subjectTag, ALL)
          for (const { sid } of sessions) await inner.endSession(sid, 'revoked', revokeFor)
          return { now, epoch: now, kept: false }
        },
      }),
      /^\[I-19\] raiseEpoch ends every session/,
    ],
    [
      'ends a session for a token of another key',
      (inner) => ({
        rotate: async (input) => {
          const answer = await inner.rotate(input)
          if (answer.outcome === 'mismatch') await inner.endSession(input.sid, 'reuse', 900_000)
          return answer
        },
      }),
      /^\[I-7\]/,
    ],
    [
      'cuts long texts',
      (inner) => ({
        createSession: (input) =>
          inner.createSession({
            ...input,
            session: { ...input.session, device: input.session.device?.slice(0, 255) },
          }),
      }),
      /^texts of a session come back/,
    ],
    [
      'keeps data as JSON',
      (inner) => ({
        createSession: (input) => {
          const { data } = input.session
          const normal = data.includes('{') ? JSON.stringify(JSON.parse(data)) : data
          return inner.createSession({ ...input, session: { ...input.session, data: normal } })
        },
      }),
      /^data is text, not JSON/,
    ],
    [
      'deletes without a bound',
      (inner) => ({ prune: () => inner.prune(Infinity) }),
      /^prune deletes rows that are no longer needed/,
    ],
    [
      'appends nothing when a session ends',
      (inner) => ({ endSession: (sid, reason) => inner.endSession(sid, reason, 0) }),
      /every end of a session is appended/,
    ],
    [
      'excepts in the log what it did not keep',
      (inner) => ({
        raiseEpoch: (input) =>
          inner.raiseEpoch({ ...input, keptElsewhere: input.exceptSid ?? input.keptElsewhere }),
      }),
      /^the log entry of a raise excepts a session that it kept/,
    ],
    [
      'raises the version of data without comparing it',
      (inner) => ({
        changeSession: (input) => inner.changeSession({ ...input, expectedVersion: undefined }),
      }),
      /^changeSession from an expected version/,
    ],
    [
      'asks for the version before it changes data',
      (inner) => ({
        changeSession: async (input) => {
          const { now, session } = await inner.findSession(input.sid)
          const isOther =
            input.expectedVersion !== undefined && session?.dataVersion !== input.expectedVersion
          if (isOther && session?.revokedAt === undefined) return { now, outcome: 'conflict', session }
          return inner.changeSession({ ...input, expectedVersion: undefined })
        },
      }),
      /^changeSession from one version, many at once/,
    ],
    [
      'creates a session although all were ended since',
      (inner) => ({ createSession: (input) => inner.createSession({ ...input, since: undefined }) }),
      /^\[I-19\] a sign-in that began before/,
    ],
    [
      'forgets that a provider ended its session',
      (inner) => ({
        endProviderSessions: async (query, revokeFor) => {
          const { now, sessions } = await inner.sessionsOf(query)
          for (const { sid } of sessions) await inner.endSession(sid, 'provider', revokeFor)
          return { now, ended: sessions.map(({ sid }) => sid) }
        },
      }),
      /^a sign-in from a session that the provider has ended/,
    ],
    [
      'leaves tombstones of an erased subject',
      (inner) => ({
        eraseSubject: async (input) => {
          const raised = await inner.raiseEpoch({ ...input, exceptSid: undefined, keptElsewhere: undefined })
          return { ...raised, erased: [] }
        },
      }),
      /^eraseSubject deletes every row/,
    ],
    [
      'returns expired entries of the log',
      (inner) => {
        const kept: NewRevocation[] = []
        return {
          appendRevocations: async (entries) => {
            kept.push(...entries)
            await inner.appendRevocations(entries)
          },
          readRevocations: async (cursor, limit) => {
            const read = await inner.readRevocations(cursor, limit)
            if (read.gap) return read
            const over = kept.filter(({ expiresAt }) => expiresAt <= read.now)
            return { ...read, entries: [...read.entries, ...over.map((entry) => ({ ...entry, version: 1 }))] }
          },
        }
      },
      /^expired entries are not read/,
    ],
    [
      'begins anew at a cursor that it does not know',
      (inner) => ({
        readRevocations: async (cursor, limit) => {
          const read = await inner.readRevocations(cursor, limit)
          return read.gap ? inner.readRevocations(undefined, limit) : read
        },
      }),
      /^a cursor of another log returns a gap/,
    ],
    [
      'says that it is complete too early',
      (inner) => ({
        readRevocations: async (cursor, limit) => {
          const read = await inner.readRevocations(cursor, limit)
          return read.gap ? read : { ...read, complete: true }
        },
      }),
      /^the log is read in parts/,
    ],
    [
      'lists by the time alone',
      (inner) => ({
        listSessions: async (tag, { limit, after }) => {
          const [createdAt] = after?.split(':') ?? []
          return inner.listSessions(tag, { limit, after: createdAt === undefined ? after : `${createdAt}:` })
        },
      }),
      /^listSessions in parts/,
    ],
    ['deletes nothing', () => ({ prune: async () => 0 }), /^prune deletes rows that are no longer needed/],
  ]
  it.each(faults)('fails a store that %s', async (_, faulty, name) => {
    expect(await failures(suiteOf(faulty))).toEqual(expect.arrayContaining([expect.stringMatching(name)]))
  })

  it('passes a store whose server deletes by itself, where it says so', async () => {
    expect(await failures(suiteOf(() => ({ prune: async () => 0 }), { expiresByItself: true }))).toEqual([])
  })

  it('opens handles where it is told how, and closes them all, the first one last', async () => {
    const closed: Store[] = []
    const reopened: Store[] = []
    const reopen = async (store: Store) => {
      const handle = { ...store }
      reopened.push(handle)
      return handle
    }
    const cases = suiteOf(() => ({}), { reopen, close: (store) => void closed.push(store) })
    const parallel = cases.filter(({ name }) => name.includes('50 parallel'))
    for (const { run } of parallel) await run()
    expect(reopened).toHaveLength(4)
    expect(closed.slice(0, -1)).toEqual(reopened.toReversed())
    expect(closed).toHaveLength(5)
  })

  it('closes the store of a case that fails', async () => {
    let closed = 0
    const broken: Faulty = () => ({ createSession: () => Promise.reject(new Error('broken')) })
    const [first] = suiteOf(broken, { close: () => void closed++ })
    await expect(first!.run()).rejects.toThrow('broken')
    expect(closed).toBe(1)
  })
})
