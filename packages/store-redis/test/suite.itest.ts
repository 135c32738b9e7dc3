// The suite that every store passes, with both client libraries, on one server and on a cluster.
import { randomUUID } from 'node:crypto'
import type { Store } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { storeSuite } from '@countersign/testing/stores'
import { describe, expect, inject, it } from 'vitest'
import { clientKinds, type TestClient } from './support/clients.ts'

const servers = { url: inject('redisUrl'), nodes: inject('redisClusterNodes') }

describe.each(Object.entries(clientKinds))('the store suite, %s', (_kind, openClient) => {
  const opened = new Map<Store, { readonly prefix: string; readonly client: TestClient }>()

  async function open(prefix: string, now: () => number): Promise<Store> {
    const client = await openClient(servers)
    const store = redisStore(client.client, { prefix, now })
    opened.set(store, { prefix, client })
    return store
  }

  const cases = storeSuite({
    async create({ now }) {
      const store = await open(`suite:${randomUUID()}`, now)
      await store.init()
      return store
    },
    reopen: async (store, { now }) => open(opened.get(store)?.prefix ?? '', now),
    close: async (store) => opened.get(store)?.client.close(),
    expiresByItself: true,
    watches: true,
  })

  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
