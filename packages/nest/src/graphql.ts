import { nodeRequestView, type RequestView } from '@countersign/core/adapter'
import type { PlatformRequest, PlatformResponse } from './platform.ts'
import { upgradeView } from './websocket.ts'

/** What graphql-ws knows about a connection. Nest's drivers pass it on as `req`. */
interface GraphqlWs {
  readonly connectionParams?: ConnectionParams | null
  readonly extra?: { readonly request?: PlatformRequest }
}

/** What a client sends when it opens a connection, since scripts in browsers cannot set headers there. */
interface ConnectionParams {
  readonly authorization?: unknown
  readonly Authorization?: unknown
  readonly headers?: ConnectionParams
}

/** The context of GraphQL servers, Apollo and Mercurius, for requests and for connections. */
export interface GraphqlContext extends GraphqlWs {
  readonly req?: PlatformRequest & GraphqlWs
  readonly res?: PlatformResponse
  readonly reply?: PlatformResponse & { readonly request?: PlatformRequest }
  /** Mercurius, for connections only. */
  readonly request?: PlatformRequest
  readonly _connectionInit?: ConnectionParams
}

/**
 * The connection of a GraphQL operation that came over a WebSocket, and the request that opened it; `undefined` for
 * an operation that came as a request. A client may send its credential as `authorization` in the payload of
 * `connection_init`.
 */
export function graphqlConnection(
  context: GraphqlContext | undefined,
): { carrier: object; view: RequestView } | undefined {
  const graphqlWs = context?.req?.extra?.request === undefined ? context : context.req
  const upgrade = graphqlWs?.extra?.request ?? context?.request
  if (upgrade === undefined) return undefined
  const params = graphqlWs?.connectionParams ?? context?.['_connectionInit']
  const view = nodeRequestView(upgrade.raw ?? upgrade, upgrade.originalUrl)
  return { carrier: upgrade, view: upgradeView(view, readAuthorization(params)) }
}

/** The first non-empty value: an empty one is no credential, so the next one counts. */
function readAuthorization(params: ConnectionParams | null | undefined): string | undefined {
  const own = (holder: ConnectionParams | null | undefined, name: keyof ConnectionParams): unknown =>
    typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name) ? holder[name] : undefined
  const headers = own(params, 'headers') as ConnectionParams | undefined
  const places = [headers, params].flatMap((holder) => [
    own(holder, 'Authorization'),
    own(holder, 'authorization'),
  ])
  return places.filter((value) => typeof value === 'string').find((value) => value.trim() !== '')
}
