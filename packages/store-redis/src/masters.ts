import type { Connection, Send } from './clients/connection.ts'
import { textOf } from './reply.ts'

/**
 * Every server that takes writes. A client may forget a master that it lost: better no answer than servers and sessions that
 * were passed over.
 * @throws `Error` if the client is not connected to all of a cluster, and what the client throws
 */
export async function allMasters(connection: Connection): Promise<readonly Send[]> {
  const masters = await connection.masters()
  if (!connection.isCluster) return masters
  for (const send of masters) {
    const info = textOf(await send(['CLUSTER', 'INFO']))
    const size = Number(/^cluster_size:(\d+)/m.exec(info)?.[1])
    if (!(masters.length >= size)) {
      throw new Error(`only ${masters.length} of ${size} masters of the cluster are connected`)
    }
  }
  return masters
}
