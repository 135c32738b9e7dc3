import { createServer, type IncomingMessage, type Server } from 'node:http'
import { bindToExpiry, type Authenticator, type Outcome, type Principal } from '@countersign/core'
import { WebSocketServer, type WebSocket } from 'ws'
import { z } from 'zod'
import { createAuctions } from './auctions.ts'
import { bidTokens, type BidClaims, type BidTokenSettings } from './bid-tokens.ts'

/** Milliseconds that a connection may take to say who it is. */
const PATIENCE = 5_000
/** Close codes, of IANA's registry. */
const CLOSE = { unauthorized: 3000, forbidden: 3003, invalid: 1008, tryAgainLater: 1013 } as const

/** Scripts in browsers can set no header on a WebSocket: the token is the first message. */
const Hello = z.object({ token: z.string() })
const Bid = z.object({ bid: z.number().int().positive() })

/** A server of auctions. */
export interface AuctionServer {
  readonly server: Server
  /** Ends all connections: those that were upgraded are no longer the HTTP server's. */
  stop(): void
}

/** Auctions over WebSockets, at `/auctions/<name>`: a bid token, its answer, then bids for as long as the token is good. */
export function createAuctionServer(settings: BidTokenSettings, names: readonly string[]): AuctionServer {
  const { now } = settings
  const authenticator = bidTokens(settings)
  const auctions = createAuctions(names)
  const rooms = new Map<string, Set<WebSocket>>(names.map((name) => [name, new Set()]))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16_384 })

  function welcome(client: WebSocket, auction: string): void {
    const patience = setTimeout(() => client.close(CLOSE.unauthorized, 'no token'), PATIENCE)
    client.once('close', () => clearTimeout(patience))
    client.on('error', () => client.terminate())
    client.once('message', (data: Buffer) => {
      clearTimeout(patience)
      enter(client, auction, data).catch(() => client.close(CLOSE.invalid))
    })
  }

  async function enter(client: WebSocket, auction: string, data: Buffer): Promise<void> {
    const bidder = await admit(authenticator, client, auction, data)
    if (bidder === undefined || client.readyState !== client.OPEN) return
    bindToExpiry(client, bidder, { now }) // closed with code 3000 when the token expires
    const room = rooms.get(auction)!.add(client)
    client.once('close', () => room.delete(client))
    client.on('message', (message: Buffer) => {
      const read = readJson(Bid, message)
      // A client that does not let go is heard for a moment longer, and a timer may be late.
      if (now() >= bidder.expiresAt) client.close(CLOSE.unauthorized, 'token expired')
      else if (read === undefined) client.close(CLOSE.invalid)
      else bid(client, auction, bidder, read.bid)
    })
    client.send(JSON.stringify({ auction, highest: auctions.highest(auction) ?? null }))
  }

  function bid(
    client: WebSocket,
    auction: string,
    { subject, claims }: Principal<BidClaims>,
    amount: number,
  ): void {
    // Who bids is what the token says, and so is how much they may.
    const isAffordable = amount <= claims.limit
    if (!isAffordable || !auctions.bid(auction, { bidder: subject, amount })) {
      client.send(JSON.stringify({ refused: isAffordable ? 'too_low' : 'over_limit' }))
      return
    }
    const news = JSON.stringify({ auction, highest: auctions.highest(auction) })
    for (const other of rooms.get(auction)!) other.send(news)
  }

  const server = createServer((_req, res) => res.writeHead(426).end())
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const auction = /^\/auctions\/([a-z-]+)$/.exec(request.url ?? '')?.[1] ?? ''
    if (!auctions.has(auction)) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
    else sockets.handleUpgrade(request, socket, head, (client) => welcome(client, auction))
  })
  return {
    server,
    stop() {
      server.close()
      for (const client of sockets.clients) client.terminate()
    },
  }
}

/** Judges the first message. Who may not bid here is told why, by the close of the connection. */
async function admit(
  authenticator: Authenticator<BidClaims>,
  client: WebSocket,
  auction: string,
  data: Buffer,
): Promise<Principal<BidClaims> | undefined> {
  const hello = readJson(Hello, data)
  if (hello === undefined) {
    client.close(CLOSE.invalid)
    return undefined
  }
  const outcome = await authenticator.authenticateToken(hello.token)
  if (outcome.type !== 'authenticated') {
    close(client, outcome)
    return undefined
  }
  if (outcome.principal.claims.auction === auction) return outcome.principal
  client.close(CLOSE.forbidden, 'another auction')
  return undefined
}

function close(client: WebSocket, outcome: Outcome<BidClaims>): void {
  const refusal = outcome.type === 'refused' ? outcome.refusal : undefined
  // The keys cannot be had: that says nothing about the token.
  const code = refusal?.status === 503 ? CLOSE.tryAgainLater : CLOSE.unauthorized
  client.close(code, refusal?.body.code)
}

function readJson<Output>(schema: z.ZodType<Output>, data: Buffer): Output | undefined {
  try {
    return schema.parse(JSON.parse(data.toString('utf8')))
  } catch {
    return undefined
  }
}
