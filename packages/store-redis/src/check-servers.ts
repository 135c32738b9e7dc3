import type { Connection } from './clients/connection.ts'
import { allMasters } from './masters.ts'
import type { Settings } from './options.ts'
import { textOf } from './reply.ts'
import { within } from './unavailable.ts'

/**
 * Checks that every master can keep sessions: Redis 7.0 or newer, or any Valkey; not a replica; no eviction.
 * @throws `Error` that names the problem and the remedy
 * @throws `StoreUnavailableError`
 */
export async function checkServers(
  connection: Connection,
  { timeout, allowEviction }: Settings,
): Promise<void> {
  const masters = await within(timeout, allMasters(connection))
  const infos = await Promise.all(masters.map(async (send) => within(timeout, send(['INFO']))))
  for (const info of infos) {
    const fault = faultOf(fieldsOf(textOf(info)), connection.isCluster, allowEviction)
    if (fault) throw new Error(`countersign: ${fault}`)
  }
}

/** The fields of `INFO`, by name. */
function fieldsOf(info: string): ReadonlyMap<string, string> {
  return new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
}

function faultOf(
  info: ReadonlyMap<string, string>,
  isCluster: boolean,
  allowEviction: boolean,
): string | undefined {
  const version = info.get('redis_version') ?? ''
  if (!(Number.parseInt(version, 10) >= 7)) {
    return `Redis 7.0 or newer, or Valkey, is needed; this server reports Redis ${version || 'without a version'}`
  }
  if (info.get('role') === 'slave') {
    return 'the client is connected to a replica, which accepts no writes: connect it to the master'
  }
  if (info.get('cluster_enabled') === '1' && !isCluster) {
    return 'the server is a node of a cluster: use `createCluster()` of redis, or `Cluster` of ioredis'
  }
  // The policies `volatile-*` evict keys that expire, which sessions and epochs do: they are as unsafe as `allkeys-*`.
  const policy = info.get('maxmemory_policy') ?? 'noeviction'
  if (policy !== 'noeviction' && !allowEviction) {
    return (
      `the server evicts keys when its memory is full (maxmemory-policy ${policy}), and so may bring back sessions that were ended: ` +
      'set it to noeviction, or pass `dangerouslyAllowEviction: true`'
    )
  }
  return undefined
}
