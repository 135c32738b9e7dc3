const SEQUENCE = 0x30
const INTEGER = 0x02
const COORDINATE = 32

/**
 * Converts an ES256 signature from the DER of `node:crypto` (RFC 3279 section 2.2.3) to the form of JWS (RFC 7518 section
 * 3.4). Node can do this too, but on some releases it takes longer than the signature itself.
 */
export function derToRaw(der: Uint8Array): Uint8Array {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) throw new TypeError('not a DER signature')
  const raw = new Uint8Array(2 * COORDINATE)
  let offset = 2
  for (const end of [COORDINATE, 2 * COORDINATE]) {
    const length = der[offset + 1]!
    if (der[offset] !== INTEGER) throw new TypeError('not a DER signature')
    let start = offset + 2
    const stop = start + length
    // If the first bit of an integer is set, DER puts a zero byte before it.
    while (stop - start > COORDINATE && der[start] === 0) start++
    if (stop - start > COORDINATE || stop > der.length) throw new TypeError('not an ES256 signature')
    raw.set(der.subarray(start, stop), end - (stop - start))
    offset = stop
  }
  return raw
}
