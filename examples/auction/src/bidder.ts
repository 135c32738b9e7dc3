import { once } from 'node:events'
import { WebSocket } from 'ws'

/** What a bidder hears: a message, or the end of the connection. */
export type Heard = object | { readonly closed: number; readonly reason: string }

/** A bidder's side of a connection. */
export interface Bidder {
  send(message: object): void
  /** What came next, in order. */
  hear(): Promise<Heard>
}

/** Connects to an auction, and says who it is. */
export async function connect(url: string, auction: string, token: string): Promise<Bidder> {
  const client = new WebSocket(`${url}/auctions/${auction}`)
  const heard: Heard[] = []
  const waiting: ((next: Heard) => void)[] = []
  const tell = (next: Heard): void => {
    const listener = waiting.shift()
    if (listener === undefined) heard.push(next)
    else listener(next)
  }
  client.on('message', (data: Buffer) => tell(JSON.parse(data.toString('utf8')) as object))
  client.on('close', (closed, reason) => tell({ closed, reason: reason.toString('utf8') }))
  await once(client, 'open')
  const send = (message: object): void => client.send(JSON.stringify(message))
  send({ token })
  return { send, hear: async () => heard.shift() ?? new Promise((resolve) => waiting.push(resolve)) }
}
