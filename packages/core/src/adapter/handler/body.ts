import type { RequestView } from '../../request/view.ts'
import type { BodyFault } from './route-handler.ts'

/** Maximum bytes of the body of a handler's request. */
export const MAX_BODY_BYTES = 65_536

/** The body of a request, as the adapter has it. */
export interface BodySource {
  /** The bytes; not read if other code has parsed them before. */
  readonly chunks: AsyncIterable<unknown> | undefined
  /** The result of a parser: a value, or text or bytes; `undefined` if none ran. */
  readonly parsed: unknown
}

/** The result of an earlier parser that kept neither the text nor the bytes of a body. */
export class ParsedBody {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** The bytes of a body, or the result of a parser. */
export async function readBody(
  view: RequestView,
  { chunks, parsed }: BodySource,
  limit: number,
): Promise<Uint8Array | ParsedBody | BodyFault> {
  // The client's `Content-Length` is checked first, so that a parser with a higher limit changes nothing.
  if (Number(view.header('content-length')[0] ?? 0) > limit) {
    if (parsed === undefined && chunks !== undefined) discardRest(chunks[Symbol.asyncIterator]())
    return 'too_large'
  }
  if (parsed === undefined) return collect(chunks, limit)
  // Parsers of texts and of raw bodies leave the parsing to us.
  const isText = typeof parsed === 'string' || parsed instanceof Uint8Array
  if (!isText) return new ParsedBody(parsed)
  const bytes = toBytes(parsed)
  return bytes.length > limit ? 'too_large' : bytes
}

/** Which of these media types the request's one `Content-Type` names (RFC 9110 section 8.3). */
export function mediaTypeOf(view: RequestView, types: readonly string[]): string | undefined {
  const values = view.header('content-type')
  if (values.length !== 1) return undefined
  const given = values[0]!.split(';', 1)[0]!.trim().toLowerCase()
  return types.find((type) => type === given)
}

/** The text of well-formed UTF-8, or `undefined`. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a stream, or why there are none. A client that disconnects early gets no better error. */
async function collect(
  body: AsyncIterable<unknown> | undefined,
  limit: number,
): Promise<Uint8Array | BodyFault> {
  if (body === undefined) return new Uint8Array(0)
  const stream = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      const bytes = toBytes(next.value)
      length += bytes.length
      if (length > limit) {
        discardRest(stream)
        return 'too_large'
      }
      chunks.push(bytes)
    }
  } catch {
    return 'malformed'
  }
  return concat(chunks, length)
}

/**
 * Discards the rest while the response is written. Leaving a loop over the stream would destroy it, and with it
 * Node's connection, before the client has its response. An unread rest would block the requests behind it.
 */
function discardRest(stream: AsyncIterator<unknown>): void {
  const discard = async (): Promise<void> => {
    while ((await stream.next()).done !== true);
  }
  discard().catch(() => undefined)
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk))
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
