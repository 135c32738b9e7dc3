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
  // Said before it is read, so that a parser with a higher limit changes nothing.
  if (Number(view.header('content-length')[0] ?? 0) > MAX_BODY_BYTES) {
    if (chunks !== undefined && parsed === undefined) discardRest(chunks[Symbol.asyncIterator]())
    return { type: 'too_large' }
  }
  if (parsed !== undefined) return isJson(view) ? judgeParsed(parsed) : { type: 'wrong_content_type' }
  const bytes = chunks === undefined ? new Uint8Array(0) : await collect(chunks[Symbol.asyncIterator]())
  if (!(bytes instanceof Uint8Array)) return bytes
  if (bytes.length === 0) return { type: 'json', value: undefined }
  return isJson(view) ? parse(bytes) : { type: 'wrong_content_type' }
}

function isJson(view: RequestView): boolean {
  const values = view.header('content-type')
  return values.length === 1 && /^application\/json\s*(?:;|$)/i.test(values[0]!)
}

/** Parsers of texts and of raw bodies leave the work to us. */
function judgeParsed(parsed: unknown): JsonBody {
  if (parsed instanceof Uint8Array) return parse(parsed)
  if (typeof parsed === 'string') return parse(new TextEncoder().encode(parsed))
  return { type: 'json', value: parsed }
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
async function collect(stream: AsyncIterator<unknown>): Promise<Uint8Array | JsonBody> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      const { value } = next
      const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(String(value))
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

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
