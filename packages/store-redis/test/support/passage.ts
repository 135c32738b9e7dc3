// A way to a server that can be cut: what a client sees of a network that fails, while the server sees nothing.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { RedisNode } from '@countersign/services'

export interface Passage extends RedisNode {
  /** `refuse`: connections break, and no new one is taken. `swallow`: they stay, and nothing comes through. */
  cut(how: 'refuse' | 'swallow'): void
  mend(): void
  close(): Promise<void>
}

/** Opens a way to a server. */
export async function openPassage(to: RedisNode): Promise<Passage> {
  let state: 'open' | 'refuse' | 'swallow' = 'open'
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  }
  const server = createServer((near) => {
    keep(near)
    if (state === 'refuse') return void near.destroy()
    const far = connect(to.port, to.host)
    keep(far)
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      // what is swallowed is lost, as packets are whose sender gave up
      from.on('data', (data) => state === 'open' && other.write(data))
      from.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    host: '127.0.0.1',
    port: address.port,
    cut(how) {
      state = how
      if (how === 'refuse') breakAll()
    },
    mend() {
      // a stream with a gap in it is no use to anybody
      if (state === 'swallow') breakAll()
      state = 'open'
    },
    async close() {
      breakAll()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
