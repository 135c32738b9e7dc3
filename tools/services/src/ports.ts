import { once } from 'node:events'
import { createServer } from 'node:net'
import { threadId } from 'node:worker_threads'

// The system gives connections that go out a port above these, so that a server finds its own free again when it restarts;
// and that number and 10 000 is a port as well, which a node of a Redis Cluster takes too.
const lowest = 10_000
const count = 10_000

// Processes and threads that search at the same time begin at different places.
let next = process.pid * 61 + threadId * 17

/** A port of 127.0.0.1, between 10 000 and 19 999, that is free, as is the one 10 000 above it. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < count; tried++) {
    const port = lowest + (next++ % count)
    if ((await isFree(port)) && (await isFree(port + count))) return port
  }
  throw new Error(`no port of 127.0.0.1 between ${lowest} and ${lowest + count - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  const closed = once(server, 'close')
  server.close()
  await closed
  return true
}
