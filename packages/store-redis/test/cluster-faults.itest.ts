// A cluster of our own, of which one node is killed or paused.
import { startRedisCluster, type RedisCluster, type RedisClusterNode } from '@countersign/services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openNodeRedis, type TestClient } from './support/clients.ts'
import { clusterInfo, libraries, timeout, useCluster, type ClusterUse } from './support/cluster-use.ts'
import {
  expectSessionsUnavailable,
  expectUnavailable,
  namesOn,
  untilAvailable,
} from './support/operations.ts'
import { logOut } from './support/sessions.ts'

describe.each([
  ['every slot must be served', true],
  ['the slots that are served suffice', false],
])('a cluster in which %s', { timeout: 90_000 }, (_coverage, fullCoverage) => {
  let cluster: RedisCluster
  let lost: RedisClusterNode
  let kept: RedisClusterNode
  let witness: TestClient
  beforeAll(async () => {
    cluster = await startRedisCluster({ appendonly: true, nodeTimeout: 1000, fullCoverage })
    ;[lost, kept] = cluster.nodes as [RedisClusterNode, RedisClusterNode]
    witness = await openNodeRedis(kept.url)
  }, 60_000)
  afterAll(async () => {
    await witness.close()
    await cluster.stop()
  })

  describe.each(libraries)('%s', (_library, open) => {
    let use: ClusterUse
    beforeEach(async () => {
      use = await useCluster(open, cluster.nodes)
    })
    afterEach(async () => use.close())

    it.each([
      ['killed', async () => lost.kill(), async () => lost.restart()],
      ['paused', async () => lost.pause(), async () => lost.resume()],
    ])(
      '[I-2][I-17] a node is %s: its sessions are unavailable, and then go on where they were; others as coverage says',
      async (_how, begin, end) => {
        const { store, patient, create, rotate } = use
        const { tag } = await namesOn(cluster, lost)
        const [session, stolen, loggedOut] = [await create(tag), await create(tag), await create(tag)]
        const elsewhere = await create((await namesOn(cluster, kept)).tag)
        for (const gen of [1, 2]) {
          expect(await rotate(session, gen)).toMatchObject({ outcome: 'rotated' })
          expect(await rotate(stolen, gen)).toMatchObject({ outcome: 'rotated' })
        }
        expect(await untilAvailable(async () => logOut(patient, loggedOut.sid))).toBe(true)
        await begin()
        try {
          await expectUnavailable(store, timeout, await namesOn(cluster, lost))
          const noticed = async () => clusterInfo(witness)
          await expect.poll(noticed, { timeout: 20_000 }).not.toContain('cluster_slots_fail:0')
          await expectUnavailable(store, timeout, await namesOn(cluster, lost))
          const { tag: other } = await namesOn(cluster, kept)
          const others = fullCoverage
            ? expectSessionsUnavailable(store, timeout, other)
            : rotate(elsewhere, 1).then(({ outcome }) => outcome)
          expect(await others).toBe(fullCoverage ? undefined : 'rotated')
        } finally {
          await end()
        }
        await cluster.untilWhole()
        expect(await rotate(session, 2)).toMatchObject({ outcome: 'replayed', session: { gen: 3 } })
        expect(await rotate(session, 3)).toMatchObject({ outcome: 'rotated', session: { gen: 4 } })
        expect(await rotate(stolen, 1)).toMatchObject({ outcome: 'reused' })
        expect(await rotate(stolen, 3)).toMatchObject({ outcome: 'revoked' })
        expect(await rotate(loggedOut, 1)).toMatchObject({ outcome: 'revoked' })
        expect(await rotate(elsewhere, fullCoverage ? 1 : 2)).toMatchObject({ outcome: 'rotated' })
      },
    )
  })
})
