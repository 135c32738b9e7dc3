import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningApp } from './spec.ts'

/** Lets a Node server listen on a free port of loopback. For columns whose framework gives them a server. */
export async function listen(server: Server): Promise<RunningApp> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
