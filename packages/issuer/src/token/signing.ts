import { createHmac, createSecretKey } from 'node:crypto'
import type { RingKeeper } from '../keys/ring-keeper.ts'
import { activeKey, type RingKey } from '../keys/ring.ts'
import type { SignText } from '../keys/local-keys.ts'

/**
 * Signs a payload with a `typ`, as compact serialization (RFC 7515 section 7.1). Synchronous if possible.
 */
export type SignPayload = (payload: string, typ: string) => string | Promise<string>

/** Signs by HMAC with a shared secret, for an issuer that verifies its own tokens. */
export function signWithSecret(secret: Uint8Array): SignPayload {
  const header = memoizedHeaders((typ) => ({ alg: 'HS256', typ }))
  const key = createSecretKey(secret)
  return (payload, typ) => {
    const input = `${header(typ)}.${toSegment(payload)}`
    return `${input}.${createHmac('sha256', key).update(input, 'latin1').digest('base64url')}`
  }
}

/** Signs with the active key of the ring. */
export function signWithRing(
  keeper: RingKeeper,
  signerOf: (key: RingKey) => Promise<SignText>,
  onKey: (kid: string) => void,
): SignPayload {
  let ready:
    | { readonly kid: string; readonly sign: SignText; readonly header: (typ: string) => string }
    | undefined
  return async (payload, typ) => {
    const { ring, now } = keeper.peek() ?? (await keeper.current())
    const key = activeKey(ring, now)!
    if (ready?.kid !== key.kid) {
      const { kid, algorithm: alg } = key
      ready = { kid, sign: await signerOf(key), header: memoizedHeaders((type) => ({ alg, typ: type, kid })) }
      onKey(kid)
    }
    const { sign, header } = ready
    const input = `${header(typ)}.${toSegment(payload)}`
    const signature = sign(input)
    const bytes = signature instanceof Promise ? await signature : signature
    return `${input}.${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')}`
  }
}

/** The header of a key and type is always the same text. Types are constants in code, so there are few. */
function memoizedHeaders(make: (typ: string) => object): (typ: string) => string {
  const known = new Map<string, string>()
  return (typ) => {
    let segment = known.get(typ)
    if (segment === undefined) {
      segment = toSegment(JSON.stringify(make(typ)))
      if (known.size < 32) known.set(typ, segment)
    }
    return segment
  }
}

function toSegment(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
