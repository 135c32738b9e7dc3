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
 * A view of a microservice message: its `authorization` header if the transport has headers, otherwise the member
 * `authorization` of its data. Both contain `Bearer <token>`.
 */
export function microserviceView(context: object, data: unknown): RequestView {
  return {
    method: 'POST',
    url: () => '/',
    header: (name) => (name === 'authorization' ? readAuthorization(context, data) : []),
  }
}

/** The first non-empty value: an empty one is no credential, so the next one counts. */
function readAuthorization(context: TransportContext, data: unknown): readonly string[] {
  const message = context.getMessage?.()
  const places = [
    context.get?.('authorization'),
    context.getHeaders?.()?.get?.('authorization'),
    ownMember(message?.headers, 'authorization'),
    ownMember(message?.properties?.headers, 'authorization'),
    ownMember(data, 'authorization'),
  ]
  return places.map(toTexts).find((texts) => texts.some((text) => text.trim() !== '')) ?? []
}

function toTexts(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.map(toText) : [toText(value)]
}

/**
 * A value that is not a string counts as a scheme without a token: data comes from outside, and even `String()` may
 * throw on it.
 */
function toText(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return typeof value === 'string' ? value : 'Bearer'
}

function ownMember(data: unknown, name: string): unknown {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return undefined
  return (data as Readonly<Record<string, unknown>>)[name]
}
