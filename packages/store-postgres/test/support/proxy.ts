import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to the server that can lose its answers. */
export interface Proxy {
  readonly url: string
  /** From now on the server reads and does what is asked, and nobody hears of it. */
  loseAnswers(): void
  close(): Promise<void>
}

export async function startProxy(serverUrl: string): Promise<Proxy> {
  const target = new URL(serverUrl)
  const sockets: Socket[] = []
  let isLosing = false
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    sockets.push(client, upstream)
    client.pipe(upstream)
    upstream.on('data', (chunk) => isLosing || client.write(chunk))
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(serverUrl)
  url.port = String((server.address() as AddressInfo).port)
  url.hostname = '127.0.0.1'
  return {
    url: url.href,
    loseAnswers() {
      isLosing = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
