import type { Principal } from '@countersign/core'
import { nodeRequestView, type RequestView, type ResponseHeaders } from '@countersign/core/adapter'
import type { ExecutionContext } from '@nestjs/common'
import { graphqlConnection, type GraphqlContext } from './graphql.ts'
import { microserviceView } from './microservice.ts'
import { setHeaders, type PlatformRequest, type PlatformResponse } from './platform.ts'
import { bindClient, websocketView } from './websocket.ts'

/** What the guard needs of a request or message, on any transport. */
export interface Message {
  /** Where the outcome is stored, and where `@Principal()` reads it. */
  readonly carrier: object
  readonly view: RequestView
  /** Whether the carrier lives only as long as one request, so that authenticating once is enough. */
  readonly once: boolean
  setHeaders(headers: ResponseHeaders): void
  /** Ends open connections when the token expires. */
  bind?(principal: Principal<unknown>, now: () => number): void
}

/** `undefined` if there is nothing that could contain a credential. */
export function readMessage(context: ExecutionContext): Message | undefined {
  switch (context.getType<string>()) {
    case 'http':
      return httpMessage(context.switchToHttp().getRequest(), context.switchToHttp().getResponse())
    case 'graphql':
      return graphqlMessage(context.getArgByIndex(2))
    case 'ws':
      return websocketMessage(context)
    case 'rpc':
      return microserviceMessage(context)
    default:
      return undefined
  }
}

function httpMessage(request: PlatformRequest, response: PlatformResponse | undefined): Message {
  return {
    carrier: request,
    view: nodeRequestView(request.raw ?? request, request.originalUrl),
    once: true,
    setHeaders: (headers) => setHeaders(response, headers),
  }
}

function graphqlMessage(context: GraphqlContext | undefined): Message | undefined {
  const connection = graphqlConnection(context)
  if (connection !== undefined) return { ...connection, once: false, setHeaders: noHeaders }
  const request = context?.req ?? context?.reply?.request
  return request && httpMessage(request, context?.res ?? context?.reply ?? request.res)
}

function websocketMessage(context: ExecutionContext): Message | undefined {
  const client = context.switchToWs().getClient<object>()
  const view = websocketView(client)
  // A connection may outlive its token, so each message is authenticated again.
  return (
    view && {
      carrier: client,
      view,
      once: false,
      setHeaders: noHeaders,
      bind: (principal, now) => bindClient(client, principal, now),
    }
  )
}

function microserviceMessage(context: ExecutionContext): Message | undefined {
  const rpc = context.switchToRpc()
  const carrier: unknown = rpc.getContext()
  if (typeof carrier !== 'object' || carrier === null) return undefined
  return { carrier, view: microserviceView(carrier, rpc.getData()), once: true, setHeaders: noHeaders }
}

function noHeaders(): void {}
