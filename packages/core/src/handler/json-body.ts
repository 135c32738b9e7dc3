import type { RequestView } from '../request/view.ts'
import type { JsonBody } from './route-handler.ts'

/** Bytes that the body of a handler's request may have. */
const MAX_BODY_BYTES = 65_536

/** The body of a request, from where the adapter has it. */
export interface BodySource {
  /** The bytes; not touched where somebody parsed them before. */
  readonly chunks: AsyncIterable<unknown> | undefined
  /** What a parser made of them, be it a value, or their text or bytes; `undefined` where none ran. */
  readonly parsed: unknown
}

/** Judges and reads a body. Only `application/json` is read: a form, which any page can send anywhere, never is. */
export async function readJsonBody(view: RequestView, { chunks, parsed }: BodySource): Promise<JsonBody> {
  // Judged by what the client says, so that a parser with a higher limit changes nothing.
  if (Number(view.header('content-length')[0] ?? 0) > MAX_BODY_BYTES) {
    if (parsed === undefined && chunks !== undefined) discardRest(chunks[Symbol.asyncIterator]())
    return { type: 'too_large' }
  }
  // Parsers of texts and of raw bodies leave the work to us.
  const isText = typeof parsed === 'string' || parsed instanceof Uint8Array
  if (parsed !== undefined && !isText)
    return isJson(view) ? { type: 'json', value: parsed } : { type: 'wrong_content_type' }
  const bytes = isText ? toBytes(parsed) : await collect(chunks)
  if (!(bytes instanceof Uint8Array)) return bytes
  if (bytes.length === 0) return { type: 'json', value: undefined }
  return isJson(view) ? parse(bytes) : { type: 'wrong_content_type' }
}

function isJson(view: RequestView): boolean {
  const values = view.header('content-type')
  return values.length === 1 && /^application\/json\s*(?:;|$)/i.test(values[0]!)
}

function parse(bytes: Uint8Array): JsonBody {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { type: 'json', value: JSON.parse(text) as unknown }
  } catch {
    return { type: 'malformed' }
  }
}

/** The bytes of a stream, or why there are none to judge. A client that gives up half-way gets no better answer. */
async function collect(body: AsyncIterable<unknown> | undefined): Promise<Uint8Array | JsonBody> {
  if (body === undefined) return new Uint8Array(0)
  const stream = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      const bytes = toBytes(next.value)
      length += bytes.length
      if (length > MAX_BODY_BYTES) {
        discardRest(stream)
        return { type: 'too_large' }
      }
      chunks.push(bytes)
    }
  } catch {
    return { type: 'malformed' }
  }
  return concat(chunks, length)
}

/**
 * Lets the rest go by while the answer is written. To leave a loop over the stream would destroy it, and with it Node's
 * connection, before the client has its answer; to leave the rest unread would block the requests behind it.
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
