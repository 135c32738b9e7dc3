// A cluster of our own, of which one node is restarted, outvoted, or cannot be reached.
import { startRedisCluster, type RedisCluster, type RedisClusterNode } from '@countersign/services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openNodeRedis } from './support/clients.ts'
import { clusterInfo, libraries, timeout, useCluster, type ClusterUse } from './support/cluster-use.ts'
import {
  expectSessionsUnavailable,
  expectUnavailable,
  namesOn,
  untilAvailable,
} from './support/operations.ts'
import { endAll } from './support/sessions.ts'
import { openPassage, type Passage } from './support/passage.ts'

let cluster: RedisCluster
let node: RedisClusterNode
let others: readonly RedisClusterNode[]
beforeAll(async () => {
  cluster = await startRedisCluster({ appendonly: true, nodeTimeout: 1000 })
  ;[node, ...others] = cluster.nodes as [RedisClusterNode, ...RedisClusterNode[]]
}, 60_000)
afterAll(async () => cluster.stop())

const onNode = async () => (await namesOn(cluster, node)).tag

describe.each(libraries)('%s', { timeout: 60_000 }, (_library, open) => {
  let use: ClusterUse
  beforeEach(async () => {
    use = await useCluster(open, cluster.nodes)
  })
  afterEach(async () => use.close())

  it.each([
    ['killed', async () => node.kill(), async () => node.restart()],
    ['paused', async () => node.pause(), async () => node.resume()],
  ])(
    '[I-18][I-19] %s while an epoch is raised: it can be raised again, and nothing comes back',
    async (_how, begin, end) => {
      const { patient, create, rotate } = use
      const tag = await onNode()
      const session = await create(tag)
      const hasty = await useCluster(open, cluster.nodes)
      await begin()
      try {
        const raising = endAll(hasty.store, tag)
        await expect(raising).rejects.toMatchObject({ name: 'StoreUnavailableError' })
      } finally {
        // what it gave up is done at once then, or never
        await hasty.close()
        await end()
      }
      const raise = async () => untilAvailable(async () => endAll(patient, tag))
      const { epoch } = await raise()
      expect(await rotate(session, 1)).toMatchObject({ outcome: 'revoked' })
      expect((await raise()).epoch).toBeGreaterThan(epoch)
      const next = await create(tag)
      await node.restart()
      expect(await rotate(session, 1)).toMatchObject({ outcome: 'revoked' })
      expect(await rotate(next, 1)).toMatchObject({ outcome: 'rotated' })
      await cluster.untilWhole()
    },
  )

  it('[I-3] restarted under refreshes: each is answered or unavailable, and none is taken for theft', async () => {
    const { create, rotate } = use
    const session = await create(await onNode())
    let restarted = false
    const restarting = node.restart().then(() => (restarted = true))
    let gen = 1
    for (let after = 0; after < 20; after += restarted ? 1 : 0) {
      const answer = await rotate(session, gen)
      // one whose answer was lost, and that is asked again, is replayed
      expect(['rotated', 'replayed']).toContain(answer.outcome)
      gen += 1
      expect(answer).toMatchObject({ session: { gen } })
    }
    await restarting
    await cluster.untilWhole()
  })

  it('a node that sees neither of the others decides nothing', async () => {
    const { store, create, rotate } = use
    const tag = await onNode()
    const session = await create(tag)
    const another = await onNode()
    const witness = await openNodeRedis(node.url)
    await Promise.all(others.map(async (other) => other.pause()))
    try {
      const noticed = async () => clusterInfo(witness)
      await expect.poll(noticed, { timeout: 20_000 }).toContain('cluster_state:fail')
      await expectSessionsUnavailable(store, timeout, another)
    } finally {
      await Promise.all(others.map(async (other) => other.resume()))
      await witness.close()
    }
    await cluster.untilWhole()
    expect(await rotate(session, 1)).toMatchObject({ outcome: 'rotated' })
  })

  describe('a node that the client cannot reach, while the cluster is whole', () => {
    let passage: Passage
    beforeEach(async () => {
      passage = await openPassage(node)
    })
    afterEach(async () => passage.close())

    it.each(['refuse', 'swallow'] as const)(
      'connections %s: its sessions are unavailable, and the others go on',
      async (how) => {
        const cut = await useCluster(open, others, (address) =>
          address.port === node.port ? passage : address,
        )
        const [other] = others as [RedisClusterNode]
        try {
          const here = await cut.create(await onNode())
          const there = await cut.create((await namesOn(cluster, other)).tag)
          passage.cut(how)
          await expectUnavailable(cut.store, timeout, await namesOn(cluster, node))
          expect(await cut.rotate(there, 1)).toMatchObject({ outcome: 'rotated' })
          passage.mend()
          expect(await cut.rotate(here, 1)).toMatchObject({ outcome: 'rotated' })
        } finally {
          await cut.close()
        }
      },
    )
  })
})
