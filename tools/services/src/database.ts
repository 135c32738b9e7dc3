import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'

export interface Database {
  /** A URL for this database, with the user and password of the server's. */
  readonly url: string
  /** Removes it and ends connections to it. A pool should be ended before. */
  drop(): Promise<void>
}

/** Makes an empty database on the server of `postgresUrl`. Its user must be allowed to. */
export async function createDatabase(postgresUrl: string): Promise<Database> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(postgresUrl)
  url.pathname = `/${name}`
  await execute(postgresUrl, `CREATE DATABASE ${name}`)
  return {
    url: url.href,
    async drop() {
      await lastConnection(postgresUrl, name)
      await execute(postgresUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** How long those that are ending are waited for. Others are ended by force. */
const PATIENCE = 2_000

/**
 * Waits until nobody is connected. A pool's `end()` resolves before its connections are closed; one that is ended by
 * force in between throws where nobody listens any more.
 */
async function lastConnection(postgresUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  try {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await setTimeout(10)) {
      const { rows } = await client.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1 LIMIT 1', [name])
      if (rows.length === 0) return
    }
  } finally {
    await client.end()
  }
}

async function execute(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
