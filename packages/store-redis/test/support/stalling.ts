// Stores of a server that hangs when it is told to.
import { randomUUID } from 'node:crypto'
import type { RedisServer } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import type { StallingStore } from '@countersign/testing/stores'
import { openNodeRedis, type TestClient } from './clients.ts'

/** Milliseconds after which an operation is given up. */
const timeout = 600

interface Hanging {
  readonly client: TestClient
  /** Of another connection, which is never used while the server hangs. */
  readonly other: TestClient
  readonly stall: () => Promise<unknown>
  readonly resume: () => Promise<unknown>
}

async function toStalling({ client, other, stall, resume }: Hanging): Promise<StallingStore> {
  // connected to every server: that takes longer than an operation may
  await Promise.all([client.sendToAll('PING'), other.sendToAll('PING')])
  const prefix = `stalling:${randomUUID()}`
  return {
    store: redisStore(client.client, { prefix, timeout }),
    other: redisStore(other.client, { prefix }),
    stall: async () => void (await stall()),
    resume: async () => void (await resume()),
    close: async () => void (await Promise.all([client.close(), other.close()])),
  }
}

/** The process stands still, as one that swaps, or a machine that is suspended. */
export async function stopped(server: RedisServer): Promise<StallingStore> {
  const [client, other] = [await openNodeRedis(server.url), await openNodeRedis(server.url)]
  return toStalling({
    client,
    other,
    stall: async () => server.pause(),
    resume: async () => server.resume(),
  })
}

/** The server keeps what may write for later, as while it fails over. Reads go on. */
export async function paused(open: () => Promise<TestClient>): Promise<StallingStore> {
  const [client, other] = [await open(), await open()]
  return toStalling({
    client,
    other,
    stall: async () => other.sendToAll('CLIENT', 'PAUSE', '10000', 'WRITE'),
    resume: async () => other.sendToAll('CLIENT', 'UNPAUSE'),
  })
}
