// A slot on its way from one master of a cluster to another.
import type { RedisClusterNode } from '@countersign/services'
import { openNodeRedis, type TestClient } from './clients.ts'

/** A master, and a connection to it. */
export interface Master {
  readonly node: RedisClusterNode
  readonly id: string
  readonly admin: TestClient
}

export async function openMaster(node: RedisClusterNode): Promise<Master> {
  const admin = await openNodeRedis(node.url)
  return { node, admin, id: String(await admin.send('', 'CLUSTER', 'MYID')) }
}

export interface Move {
  /** Takes keys along. */
  take(...some: string[]): Promise<void>
  /** Takes so many along, whichever they are. */
  takeSome(count: number): Promise<void>
  /** Takes along what is still there. */
  takeAll(): Promise<void>
  /** All is there, and every node knows. */
  finish(): Promise<void>
}

/** Begins to move the slot of a key. */
export async function beginMove(
  key: string,
  from: Master,
  to: Master,
  all: readonly Master[],
): Promise<Move> {
  const slot = String(await from.admin.send('', 'CLUSTER', 'KEYSLOT', key))
  await to.admin.send('', 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id)
  await from.admin.send('', 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id)
  const keysLeft = async (count: number) =>
    (await from.admin.send('', 'CLUSTER', 'GETKEYSINSLOT', slot, String(count))) as string[]
  const migrate = async (some: readonly string[]) => {
    if (some.length === 0) return
    const target = [to.node.host, String(to.node.port), '', '0', '5000']
    await from.admin.send('', 'MIGRATE', ...target, 'KEYS', ...some)
  }
  const move: Move = {
    take: async (...some) => migrate(some),
    takeSome: async (count) => migrate(await keysLeft(count)),
    async takeAll() {
      for (let left = await keysLeft(100); left.length > 0; left = await keysLeft(100)) await migrate(left)
    },
    async finish() {
      await move.takeAll()
      for (const { admin } of [to, from, ...all])
        await admin.send('', 'CLUSTER', 'SETSLOT', slot, 'NODE', to.id)
    },
  }
  return move
}
