import { randomUUID } from 'node:crypto'
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
    drop: async () => execute(postgresUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
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
