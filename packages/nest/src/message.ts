import {
  mergeVary,
  nodeRequestView,
  type NodeRequest,
  type RequestView,
  type ResponseHeaders,
} from '@countersign/core/adapter'
import type { ExecutionContext } from '@nestjs/common'
import { microserviceView } from './microservice.ts'
import { websocketView } from './websocket.ts'

/** What the guard needs of a request or message, whatever brought it. */
export interface Message {
  /** Where the outcome is left, and `@Principal()` finds it. */
  readonly carrier: object
  readonly view: RequestView
  /** Whether the carrier lives as long as one request, so that one judgement is enough. */
  readonly once: boolean
  setHeaders(headers: ResponseHeaders): void
}

/** A request of either platform: Fastify's wraps Node's. */
interface PlatformRequest extends NodeRequest {
  readonly raw?: NodeRequest
}

/** A response of either platform: Express' is Node's, Fastify's has its own names. */
interface PlatformResponse {
  getHeader(name: string): unknown
  setHeader?(name: string, value: string): unknown
  header?(name: string, value: string): unknown
}

/** What GraphQL servers put into the context: Apollo on Express and Fastify, Mercurius, graphql-ws. */
interface GraphqlContext {
  readonly req?: PlatformRequest
  readonly request?: PlatformRequest
  readonly reply?: PlatformResponse & { readonly request?: PlatformRequest }
  readonly res?: PlatformResponse
  readonly extra?: { readonly request?: PlatformRequest }
}

/** `undefined` where nothing is found that could carry a credential. */
export function readMessage(context: ExecutionContext): Message | undefined {
  switch (context.getType<string>()) {
    case 'http':
      return httpMessage(context.switchToHttp().getRequest(), context.switchToHttp().getResponse())
    case 'graphql':
      return graphqlMessage(context.getArgByIndex<GraphqlContext | undefined>(2))
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

function graphqlMessage(graphql: GraphqlContext | undefined): Message | undefined {
  const request = graphql?.req ?? graphql?.request ?? graphql?.reply?.request ?? graphql?.extra?.request
  return request && httpMessage(request, graphql?.res ?? graphql?.reply)
}

function websocketMessage(context: ExecutionContext): Message | undefined {
  const client = context.switchToWs().getClient<object>()
  const view = websocketView(client)
  // A connection outlives its token: each message is judged anew.
  return view && { carrier: client, view, once: false, setHeaders: noHeaders }
}

function microserviceMessage(context: ExecutionContext): Message | undefined {
  const rpc = context.switchToRpc()
  const carrier: unknown = rpc.getContext()
  if (typeof carrier !== 'object' || carrier === null) return undefined
  return { carrier, view: microserviceView(carrier, rpc.getData()), once: true, setHeaders: noHeaders }
}

function noHeaders(): void {}

/** Headers of a refusal or of an outcome on a response of either platform; `Vary` adds to what is there. */
export function setHeaders(
  response: PlatformResponse | undefined,
  headers: Readonly<Record<string, string>> | ResponseHeaders,
): void {
  if (response === undefined) return
  for (const [name, value] of Object.entries(headers) as [string, string][]) {
    const text = name === 'Vary' ? mergeVary(response.getHeader('vary'), value) : value
    if (typeof response.setHeader === 'function') response.setHeader(name, text)
    else response.header?.(name, text)
  }
}
