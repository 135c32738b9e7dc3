// A master of a cluster is lost, and its replica takes over.
import { startRedisCluster } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { libraries, useCluster } from './support/cluster-use.ts'
import { namesOn, untilAvailable } from './support/operations.ts'
import { endAll, logOut, made, sessionInput, tokenOf } from './support/sessions.ts'

describe.each(libraries)('%s', { timeout: 120_000 }, (_library, open) => {
  it('[I-2][I-17] the replica has what was waited for: sessions go on, ended ones stay so, thieves are caught', async () => {
    const cluster = await startRedisCluster({ appendonly: true, nodeTimeout: 2000, replica: true })
    onTestFinished(async () => cluster.stop())
    const master = cluster.nodes[0]!
    const use = await useCluster(open, cluster.nodes)
    onTestFinished(use.close)
    const { tag } = await namesOn(cluster, master)
    const sure = redisStore(use.client, { wait: { replicas: 1, timeout: 4000 } })
    const create = async () => made(await untilAvailable(async () => sure.createSession(sessionInput(tag))))
    const rotate = async (session: Parameters<typeof tokenOf>[0], gen: number) =>
      untilAvailable(async () => sure.rotate(tokenOf(session, gen)))
    const [session, stolen, loggedOut] = [await create(), await create(), await create()]
    for (const gen of [1, 2]) {
      await rotate(session, gen)
      await rotate(stolen, gen)
    }
    await untilAvailable(async () => logOut(sure, loggedOut.sid))
    await master.kill()
    // the new master has no replica to wait for
    const refresh = async (of: typeof session, gen: number) =>
      untilAvailable(async () => use.patient.rotate(tokenOf(of, gen)))
    expect(await refresh(session, 3)).toMatchObject({ session: { gen: 4 } })
    expect(await refresh(stolen, 1)).toMatchObject({ outcome: 'reused' })
    expect(await refresh(stolen, 3)).toMatchObject({ outcome: 'revoked' })
    expect(await refresh(loggedOut, 1)).toMatchObject({ outcome: 'revoked' })
    const { epoch } = await untilAvailable(async () => endAll(use.patient, tag))
    // what was the master comes back as a replica, and knows nothing better
    await master.restart()
    await cluster.untilWhole()
    expect(await refresh(session, 4)).toMatchObject({ outcome: 'revoked' })
    const { epoch: still } = await untilAvailable(async () => use.patient.checkSession(tag, undefined))
    expect(still).toBe(epoch)
  })
})
