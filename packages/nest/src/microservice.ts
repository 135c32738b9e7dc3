import type { RequestView } from '@countersign/core/adapter'

/** Where transports keep headers: gRPC metadata, NATS, Kafka, RabbitMQ. TCP, Redis and MQTT 3 have none. */
interface TransportContext {
  get?(name: string): unknown
  getHeaders?(): { get?(name: string): unknown } | undefined
  getMessage?(): {
    readonly headers?: Readonly<Record<string, unknown>>
    readonly properties?: { readonly headers?: Readonly<Record<string, unknown>> }
  }
}

/**
 * A view of a microservice message: its `authorization` header where the transport has headers, else the member
 * `authorization` of its data. Both hold `Bearer <token>`.
 */
export function microserviceView(context: object, data: unknown): RequestView {
  return {
    method: 'POST',
    url: () => '/',
    header: (name) => (name === 'authorization' ? readAuthorization(context, data) : []),
  }
}

function readAuthorization(context: TransportContext, data: unknown): readonly string[] {
  const message = context.getMessage?.()
  const value =
    context.get?.('authorization') ??
    context.getHeaders?.()?.get?.('authorization') ??
    message?.headers?.['authorization'] ??
    message?.properties?.headers?.['authorization'] ??
    memberOf(data)
  if (value === undefined || value === null) return []
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map(toText)
}

/** What is no text counts, as an empty one: data comes from outside, and even `String()` may throw on it. */
function toText(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return typeof value === 'string' ? value : ''
}

function memberOf(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return undefined
  return (data as { readonly authorization?: unknown }).authorization
}
