import { bindToExpiry, type ExpiryBinding, type LiveConnection, type Principal } from '@countersign/core'
import { nodeRequestView, type NodeRequest, type RequestView } from '@countersign/core/adapter'

const UPGRADES = new WeakMap<object, NodeRequest>()

/**
 * Keeps the upgrade request of a `ws` client, which contains its credential: `ws` itself does not keep it. Socket.IO
 * does, and needs no such call.
 *
 * @example
 * ```ts
 * handleConnection(client: WebSocket, request: IncomingMessage) {
 *   rememberUpgrade(client, request)
 * }
 * ```
 */
export function rememberUpgrade(client: object, request: NodeRequest): void {
  UPGRADES.set(client, request)
}

/** The members of a Socket.IO socket that are read. */
interface SocketIoClient {
  readonly request?: NodeRequest
  readonly handshake?: { readonly auth?: { readonly token?: unknown } }
}

/**
 * A view of the request that opened the connection. It always counts as a WebSocket upgrade, even if Socket.IO began
 * with polling: a cookie needs same-origin proof, since everything can be done on the connection.
 *
 * A Socket.IO client may send its token as `auth: { token }`, because scripts in browsers cannot set headers here.
 */
export function websocketView(client: object): RequestView | undefined {
  const { request, handshake } = client as SocketIoClient
  const upgrade = UPGRADES.get(client) ?? request
  if (upgrade?.headers === undefined) return undefined
  const auth: { readonly token?: unknown } = handshake?.auth ?? {}
  const token = Object.hasOwn(auth, 'token') ? auth.token : undefined
  const hasToken = typeof token === 'string' && token.trim() !== ''
  return upgradeView(nodeRequestView(upgrade), hasToken ? `Bearer ${token}` : undefined)
}

/** An upgrade request, with the client's replacement for the header that it could not set. */
export function upgradeView(view: RequestView, authorization: string | undefined): RequestView {
  return {
    method: view.method,
    url: () => view.url(),
    header(name) {
      if (name === 'upgrade') return ['websocket']
      const values = view.header(name)
      const absent = name === 'authorization' && values.every((value) => value.trim() === '')
      return absent && authorization !== undefined ? [authorization] : values
    },
  }
}

const BINDINGS = new WeakMap<object, ExpiryBinding<unknown>>()

/**
 * Ends the connection when the token of its last accepted message expires. Otherwise a client that sends no more
 * messages would still receive what a gateway emits, without further checks.
 */
export function bindClient(client: LiveConnection, principal: Principal<unknown>, now: () => number): void {
  const binding = BINDINGS.get(client)
  if (binding === undefined) BINDINGS.set(client, bindToExpiry(client, principal, { now }))
  else if (binding.principal.expiresAt !== principal.expiresAt) binding.renew(principal)
}

/** The members of a `ws` client that are used. */
interface NativeClient {
  readonly readyState: number
  send(data: string): void
  on(event: 'exception', listener: (payload: unknown) => void): void
}

const FORWARDED = new WeakSet<object>()
const REFUSALS = new WeakSet<object>()

/**
 * Nest 10 and 11 raise `exception` on the `ws` client itself, which sends nothing to the client; Nest 12 sends it. If
 * one of our exceptions is raised, this sends the client the response in the form of Nest 12.
 *
 * @param refusal the payload of the exception that is about to be thrown
 */
export function answerRefusals(client: object, refusal: object): void {
  if (!isNativeClient(client)) return
  REFUSALS.add(refusal)
  if (FORWARDED.has(client)) return
  FORWARDED.add(client)
  client.on('exception', (payload) => {
    if (typeof payload !== 'object' || payload === null || !REFUSALS.has(payload)) return
    client.send(JSON.stringify({ event: 'exception', data: payload }))
  })
}

/** Socket.IO's sockets have no numeric `readyState`; the WebSocket standard's have. */
function isNativeClient(client: object): client is NativeClient {
  const { readyState, send } = client as Partial<NativeClient>
  return typeof readyState === 'number' && typeof send === 'function'
}
