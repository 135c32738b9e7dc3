import { chownSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { runProgram } from './child-process.ts'
import { startOn, type PostgresServer } from './postgres.ts'

// What the primary wrote since is streamed.
const COPY = 'cp -a "$1" "$2" && rm -rf "$2"/postmaster.* "$2"/pg_wal && mkdir -m 700 "$2"/pg_wal'

/**
 * Starts a server that follows another one asynchronously. The caller stops it, before the other one. By hand, since
 * `pg_basebackup` does not come with the programs of the tests.
 */
export async function startStandby({ url, port, files }: PostgresServer): Promise<PostgresServer> {
  const { postgres, dir, user } = files
  // beside the primary's, where its user may write
  const data = join(dir, `standby-${process.hrtime.bigint()}`)
  const clear = () => rmSync(data, { recursive: true, force: true })
  const client = new Client(url)
  await client.connect()
  try {
    await client.query("SELECT pg_backup_start('standby', fast => true)")
    const args = ['-c', COPY, 'sh', files.data, data]
    await runProgram({ name: 'cp', command: '/bin/sh', args, cwd: dir, user })
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)')
    for (const [name, content] of [
      ['backup_label', String(rows[0].labelfile)],
      ['standby.signal', ''],
    ] as const) {
      writeFileSync(join(data, name), content)
      if (user !== undefined) chownSync(join(data, name), user.uid, user.gid)
    }
  } catch (error) {
    clear()
    throw error
  } finally {
    await client.end()
  }
  const follows = `primary_conninfo=host=127.0.0.1 port=${port} user=postgres`
  return startOn({ postgres, dir, data, user, more: [follows], clear })
}
