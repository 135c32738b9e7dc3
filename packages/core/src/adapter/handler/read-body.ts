import type { RequestView } from '../../request/view.ts'
import { decodeUtf8, MAX_BODY_BYTES, mediaTypeOf, ParsedBody, readBody, type BodySource } from './body.ts'
import { decodeForm, fieldsOf } from './form.ts'
import type { FormBody, JsonBody, TextBody } from './route-handler.ts'

const JSON_TYPE = ['application/json']
const FORM_TYPE = ['application/x-www-form-urlencoded']

/** A body as JSON. A form is never read as JSON, since any page can send one to any origin. */
export async function readJsonBody(view: RequestView, source: BodySource): Promise<JsonBody> {
  const body = await readBody(view, source, MAX_BODY_BYTES)
  if (typeof body === 'string') return { type: body }
  if (body instanceof Uint8Array && body.length === 0) return { type: 'json', value: undefined }
  if (mediaTypeOf(view, JSON_TYPE) === undefined) return { type: 'wrong_content_type' }
  if (body instanceof ParsedBody) return { type: 'json', value: body.value }
  try {
    return { type: 'json', value: JSON.parse(decodeUtf8(body) ?? '') as unknown }
  } catch {
    return { type: 'malformed' }
  }
}

/** A body as the fields of a form. */
export async function readFormBody(view: RequestView, source: BodySource): Promise<FormBody> {
  const body = await readBody(view, source, MAX_BODY_BYTES)
  if (typeof body === 'string') return { type: body }
  if (body instanceof Uint8Array && body.length === 0) return { type: 'form', fields: [] }
  if (mediaTypeOf(view, FORM_TYPE) === undefined) return { type: 'wrong_content_type' }
  const fields = body instanceof ParsedBody ? fieldsOf(body.value) : decodeForm(decodeUtf8(body))
  return fields === undefined ? { type: 'malformed' } : { type: 'form', fields }
}

/** A body as text of one of these types. The result of an earlier parser cannot be converted back. */
export async function readTextBody(
  view: RequestView,
  source: BodySource,
  types: readonly string[],
  limit: number,
): Promise<TextBody> {
  const body = await readBody(view, source, limit)
  if (typeof body === 'string') return { type: body }
  const mediaType = mediaTypeOf(view, types)
  if (mediaType === undefined) return { type: 'wrong_content_type' }
  // A parser that decoded it may have replaced bytes that are not UTF-8 by U+FFFD.
  const isLossy = typeof source.parsed === 'string' && source.parsed.includes('\uFFFD')
  const value = body instanceof ParsedBody || isLossy ? undefined : decodeUtf8(body)
  return value === undefined ? { type: 'malformed' } : { type: 'text', mediaType, value }
}
