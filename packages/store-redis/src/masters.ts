import type { Connection, Send } from './clients/connection.ts'
import { textOf } from './reply.ts'

/**
 * All servers that accept writes. A client may forget a master after losing its connection. An error is then better
 * than silently skipping servers and their sessions.
 * @throws `Error` if the client is not connected to all of a cluster, and the client's errors
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
