const SEQUENCE = 0x30
const INTEGER = 0x02
const COORDINATE = 32

/**
 * An ES256 signature as JWS wants it (RFC 7518 section 3.4), from the DER that `node:crypto` makes (RFC 3279 section
 * 2.2.3). Node can do it too, but slower than the signature itself on some releases.
 */
export function derToRaw(der: Uint8Array): Uint8Array {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) throw new TypeError('no DER signature')
  const raw = new Uint8Array(2 * COORDINATE)
  let offset = 2
  for (const end of [COORDINATE, 2 * COORDINATE]) {
    const length = der[offset + 1]!
    if (der[offset] !== INTEGER) throw new TypeError('no DER signature')
    let start = offset + 2
    const stop = start + length
    // An integer whose first bit is set has a zero in front.
    while (stop - start > COORDINATE && der[start] === 0) start++
    if (stop - start > COORDINATE || stop > der.length) throw new TypeError('no ES256 signature')
    raw.set(der.subarray(start, stop), end - (stop - start))
    offset = stop
  }
  return raw
}
