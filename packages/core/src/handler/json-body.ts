import type { JsonBody } from './route-handler.ts'

/** Bytes that the body of a handler's request may have. */
const MAX_BODY_BYTES = 65_536

const EMPTY: JsonBody = Object.freeze({ type: 'json', value: undefined })

/**
 * Judges and reads a body. Only `application/json` is read: a form, which any page can send anywhere, never is.
 *
 * @param contentTypes the values of `Content-Type`
 * @param chunks the body; not touched where the framework parsed it before
 * @param parsed what the framework made of it; `undefined` if it did not
 */
export async function readJsonBody(
  contentTypes: readonly string[],
  chunks: AsyncIterable<unknown> | undefined,
  parsed: unknown,
): Promise<JsonBody> {
  const isJson = contentTypes.length === 1 && /^application\/json\s*(?:;|$)/i.test(contentTypes[0]!)
  if (parsed !== undefined) {
    if (isJson) return { type: 'json', value: parsed }
    // Body parsers leave an empty object where there was no body.
    return contentTypes.length === 0 ? EMPTY : { type: 'wrong_content_type' }
  }
  const bytes = chunks === undefined ? new Uint8Array(0) : await collect(chunks)
  if (bytes === undefined) return { type: 'too_large' }
  if (bytes.length === 0) return EMPTY
  if (!isJson) return { type: 'wrong_content_type' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { type: 'json', value: JSON.parse(text) as unknown }
  } catch {
    return { type: 'malformed' }
  }
}

/** The bytes of a stream, or `undefined` where they are too many: then the rest is left unread. */
async function collect(stream: AsyncIterable<unknown>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk))
    length += bytes.length
    if (length > MAX_BODY_BYTES) return undefined
    chunks.push(bytes)
  }
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
