import { createHash } from 'node:crypto'
import type { Connection } from './clients/connection.ts'

/** A Lua script, and the name that the server gives it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/**
 * Which servers run a script. A server looks at this before it begins, so that none stops halfway; and a replica, which may
 * not know yet what its master knows, runs neither. That is why no script is marked `no-writes`, even if it writes nothing.
 *
 * - `allow-oom`: a full server, too: it reads, or ends something.
 * - `deny-oom`: a server that has room, since it keeps more than before.
 */
export type Admission = 'allow-oom' | 'deny-oom'

/** A script of the parts that it needs. */
export function script(admission: Admission, ...parts: string[]): Script {
  const first = admission === 'allow-oom' ? '#!lua flags=allow-oom' : '#!lua'
  const text = [first, ...parts.map((part) => part.trim())].join('\n')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/**
 * Runs a script on the server that holds its keys. By its name, which is short; a server that does not know the name
 * (it is new, was restarted, or its scripts were flushed) is sent the text, which it keeps.
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
    // Nothing of the script ran.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return connection.send(keys[0], ['EVAL', text, ...rest])
  }
}
