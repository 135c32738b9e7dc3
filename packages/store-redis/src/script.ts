import { createHash } from 'node:crypto'
import type { Connection } from './clients/connection.ts'

/** A Lua script, and the name that the server gives to it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/**
 * Which servers run a script. A server checks this before the script starts, so no script stops halfway. A replica runs
 * no script, because it may not know yet what its master knows. For this reason no script is marked `no-writes`, even
 * if it writes nothing.
 *
 * - `allow-oom`: also a full server: the script reads, or ends something.
 * - `deny-oom`: only a server with free memory, because the script adds data.
 */
export type Admission = 'allow-oom' | 'deny-oom'

/** Creates a script from parts. */
export function script(admission: Admission, ...parts: string[]): Script {
  const first = admission === 'allow-oom' ? '#!lua flags=allow-oom' : '#!lua'
  const text = [first, ...parts.map((part) => part.trim())].join('\n')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/**
 * Runs a script on the server that holds its keys. It sends the script's short name. If the server does not know the
 * name (it is new, was restarted, or its scripts were flushed), it sends the text, which the server keeps.
 *
 * @param keys at least one; all of them hash to one slot
 */
export async function runScript(
  connection: Connection,
  { sha, text }: Script,
  keys: readonly [string, ...string[]],
  args: readonly string[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args]
  try {
    return await connection.send(keys[0], ['EVALSHA', sha, ...rest])
  } catch (error) {
    // No part of the script has run.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return connection.send(keys[0], ['EVAL', text, ...rest])
  }
}
