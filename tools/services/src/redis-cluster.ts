import { setTimeout as sleep } from 'node:timers/promises'
import { redisCommand } from './redis-command.ts'
import { startRedisWith } from './redis.ts'

export interface RedisNode {
  readonly host: string
  readonly port: number
}

export interface RedisCluster {
  readonly nodes: readonly RedisNode[]
  /** Ends all nodes. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const slots = 16_384
const masters = 3
/** Seconds in which the nodes must agree. */
const patience = 60

/** Starts a Redis Cluster of three masters on 127.0.0.1. Resolves when all agree that it is whole. The caller stops it. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const starting = Array.from({ length: masters }, async () =>
    startRedisWith({ settings: ['--cluster-enabled', 'yes', '--appendonly', 'no'] }),
  )
  const outcomes = await Promise.allSettled(starting)
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const stop = async () => void (await Promise.all(servers.map(async (server) => server.stop())))
  try {
    await Promise.all(starting)
    const ports = servers.map(({ port }) => port)
    await join(ports)
    return { nodes: ports.map((port) => ({ host, port })), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Gives each node its share of the slots, makes them known to one another, and waits until they agree. */
async function join(ports: readonly number[]): Promise<void> {
  for (const [index, port] of ports.entries()) {
    // nodes of the same epoch would first have to settle which of them is right
    await redisCommand(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`)
    await redisCommand(port, `CLUSTER ADDSLOTS ${share(index).join(' ')}`)
  }
  // each with each: what they tell one another takes longer
  for (const [index, port] of ports.entries())
    for (const other of ports.slice(index + 1)) await redisCommand(port, `CLUSTER MEET ${host} ${other}`)
  const deadline = performance.now() + patience * 1000
  while (!(await Promise.all(ports.map(isWhole))).every(Boolean)) {
    if (performance.now() > deadline)
      throw new Error(`the nodes of the Redis Cluster did not agree in ${patience} seconds`)
    await sleep(20)
  }
}

/** The slots of one node. */
function share(index: number): number[] {
  const from = Math.ceil((slots * index) / masters)
  const to = Math.ceil((slots * (index + 1)) / masters)
  return Array.from({ length: to - from }, (_, offset) => from + offset)
}

async function isWhole(port: number): Promise<boolean> {
  const info = await redisCommand(port, 'CLUSTER INFO')
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${masters}\r\n`)
}
