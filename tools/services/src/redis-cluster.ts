import { setTimeout as sleep } from 'node:timers/promises'
import { redisCommand } from './redis-command.ts'
import { startRedisWith, type RedisServer } from './redis.ts'

/** Where a node listens. */
export interface RedisNode {
  readonly host: string
  readonly port: number
}

/** A member of a cluster. Restarted, it is the same member with the same slots; its data stays if `appendonly` is on. */
export interface RedisClusterNode extends RedisNode, RedisServer {}

export interface RedisClusterOptions {
  /** Whether every write goes to the append-only file, so that data outlives `restart` and `kill`. Default: `false`. */
  appendonly?: boolean | undefined
  /** Milliseconds after which the others take a node that does not answer for failed. Default: 15 000, as Redis has it. */
  nodeTimeout?: number | undefined
  /** Whether no node serves anything as long as one slot is not served. Default: `true`, as Redis has it. */
  fullCoverage?: boolean | undefined
  /** Whether the first master has a replica, which takes over when it fails. Default: `false`. */
  replica?: boolean | undefined
}

export interface RedisCluster {
  /** The masters, as they were at the start. */
  readonly nodes: readonly RedisClusterNode[]
  /** The replica of the first, if there is one. */
  readonly replica: RedisClusterNode | undefined
  /** The node that was given the slot of a key at the start. */
  nodeOf(key: string): Promise<RedisClusterNode>
  /** Resolves when all nodes run, the replica too, and agree that every slot is served. */
  untilWhole(): Promise<void>
  /** Ends all nodes. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const slots = 16_384
const masters = 3
/** Seconds in which the nodes must agree. */
const patience = 60

/** Starts a Redis Cluster of three masters on 127.0.0.1. Resolves when all agree that it is whole. The caller stops it. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const settings = settingsOf(options)
  const length = masters + (options.replica === true ? 1 : 0)
  const starting = Array.from({ length }, async () => startRedisWith({ settings }))
  const outcomes = await Promise.allSettled(starting)
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const stop = async () => void (await Promise.all(servers.map(async (server) => server.stop())))
  try {
    await Promise.all(starting)
    const ports = servers.map(({ port }) => port)
    await join(ports)
    const all = servers.map((server) => Object.assign(server, { host }))
    const nodes = all.slice(0, masters)
    const replica = all[masters]
    if (replica !== undefined) await replicate(ports[0] ?? 0, replica.port)
    return {
      nodes,
      replica,
      async nodeOf(key) {
        // any that answers: some may be down
        const answer = await Promise.any(
          ports.map(async (port) => redisCommand(port, `CLUSTER KEYSLOT ${key}`)),
        )
        const slot = Number(answer.slice(1))
        const node = nodes[ownerOf(slot)]
        if (node === undefined) throw new Error(`no node was given the slot ${slot}`)
        return node
      },
      untilWhole: async () => untilWhole(ports),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As they stand on the command line. What a node knows of the cluster is in `nodes.conf` of its own folder. */
function settingsOf({
  appendonly = false,
  nodeTimeout = 15_000,
  fullCoverage = true,
}: RedisClusterOptions): string[] {
  const yesOrNo = (value: boolean) => (value ? 'yes' : 'no')
  return Object.entries({
    'cluster-enabled': 'yes',
    'cluster-node-timeout': String(nodeTimeout),
    'cluster-require-full-coverage': yesOrNo(fullCoverage),
    appendonly: yesOrNo(appendonly),
    // what was answered is on disk
    appendfsync: 'always',
  }).flatMap(([name, value]) => [`--${name}`, value])
}

/** Gives each node its share of the slots, makes them known to one another, and waits until they agree. */
async function join(ports: readonly number[]): Promise<void> {
  for (const [index, port] of ports.slice(0, masters).entries()) {
    // nodes of the same epoch would first have to settle which of them is right
    await redisCommand(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`)
    await redisCommand(port, `CLUSTER ADDSLOTS ${share(index).join(' ')}`)
  }
  // each with each: what they tell one another takes longer
  for (const [index, port] of ports.entries())
    for (const other of ports.slice(index + 1)) await redisCommand(port, `CLUSTER MEET ${host} ${other}`)
  await untilWhole(ports)
}

/** Makes a node that has no slots the replica of another, and waits until it has its data. */
async function replicate(master: number, replica: number): Promise<void> {
  const id = (await redisCommand(master, 'CLUSTER MYID')).split('\r\n')[1] ?? ''
  await redisCommand(replica, `CLUSTER REPLICATE ${id}`)
  await untilTrue(async () =>
    (await redisCommand(replica, 'INFO replication')).includes('master_link_status:up'),
  )
}

async function untilWhole(ports: readonly number[]): Promise<void> {
  await untilTrue(async () => {
    const answers = await Promise.all(ports.map(async (port) => isWhole(port, ports.length)))
    return answers.every(Boolean)
  })
}

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patience * 1000
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`the nodes of the Redis Cluster did not agree in ${patience} seconds`)
    await sleep(20)
  }
}

const firstSlot = (index: number): number => Math.ceil((slots * index) / masters)

/** The slots of one node. */
function share(index: number): number[] {
  const from = firstSlot(index)
  return Array.from({ length: firstSlot(index + 1) - from }, (_, offset) => from + offset)
}

function ownerOf(slot: number): number {
  return Math.floor((slot * masters) / slots)
}

/** What one node says; that it does not answer is a no. */
async function isWhole(port: number, members: number): Promise<boolean> {
  const info = await redisCommand(port, 'CLUSTER INFO').catch(() => '')
  // slots of a node that seems to have failed are not ok, also where the others go on without it
  const signs = ['cluster_state:ok', `cluster_slots_ok:${slots}`, `cluster_known_nodes:${members}`]
  return signs.every((sign) => info.includes(`${sign}\r\n`))
}
