// A client of a cluster in which something goes wrong, and what tests do with it.
import type { RotateResult, SessionRecord, Store } from '@countersign/stores'
import type { RedisNode } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import { openIoredisCluster, openNodeRedisCluster, type Detour, type TestClient } from './clients.ts'
import { untilAvailable } from './operations.ts'
import { made, sessionInput, tokenOf } from './sessions.ts'

/** Milliseconds after which `store` gives up. */
export const timeout = 300

export const libraries = [
  ['redis', openNodeRedisCluster],
  ['ioredis', openIoredisCluster],
] as const

export interface ClusterUse extends TestClient {
  /** Gives up soon. What it gave up may be done later all the same. */
  readonly store: Store
  /** For what must not be done twice, as what is given up and asked again may be. */
  readonly patient: Store
  create(tag: string): Promise<SessionRecord>
  rotate(session: SessionRecord, gen: number): Promise<RotateResult>
}

/** Opens a client of one of the libraries. Its sessions wait until they can be served. */
export async function useCluster(
  open: (typeof libraries)[number][1],
  nodes: readonly RedisNode[],
  detour?: Detour,
): Promise<ClusterUse> {
  const client = await open(nodes, detour)
  const store = redisStore(client.client, { timeout })
  const patient = redisStore(client.client)
  return {
    ...client,
    store,
    patient,
    create: async (tag) => made(await untilAvailable(async () => patient.createSession(sessionInput(tag)))),
    rotate: async (session, gen) => untilAvailable(async () => patient.rotate(tokenOf(session, gen))),
  }
}

/** What one node says of the cluster. */
export async function clusterInfo(admin: TestClient): Promise<string> {
  return String(await admin.send('', 'CLUSTER', 'INFO'))
}
