import type { AlgorithmTraits } from '../algorithms/jws.ts'

type Hash = NonNullable<AlgorithmTraits['hash']>

const HASHES: Readonly<Record<Hash, { readonly id: number; readonly bytes: number }>> = {
  sha256: { id: 1, bytes: 32 },
  sha384: { id: 2, bytes: 48 },
  sha512: { id: 3, bytes: 64 },
}

const RSASSA_PSS = Buffer.from('06092a864886f70d01010a', 'hex')
const MGF1 = Buffer.from('06092a864886f70d010108', 'hex')
const NIST_HASH = Buffer.from('06096086480165030402', 'hex')
const NULL = Buffer.from([0x05, 0x00])

/**
 * Converts an RSA key (PKCS#1) to the type RSASSA-PSS (SPKI, RFC 4055 section 3.1), which includes hash, mask and
 * salt length. So `crypto.verify` needs only the key: on Node 24 an options object for the padding costs half as much
 * as the whole verification.
 */
export function toPssSpki(pkcs1: Uint8Array, hash: Hash): Buffer {
  const { id, bytes } = HASHES[hash]
  const algorithm = sequence(Buffer.concat([NIST_HASH, Buffer.from([id])]), NULL)
  const parameters = sequence(
    element(0xa0, algorithm),
    element(0xa1, sequence(MGF1, algorithm)),
    // RFC 7518 section 3.5: the salt is as long as the digest.
    element(0xa2, Buffer.from([0x02, 0x01, bytes])),
  )
  const bits = Buffer.concat([Buffer.from([0]), pkcs1])
  return sequence(sequence(RSASSA_PSS, parameters), element(0x03, bits))
}

/** The reverse: the RSA key (PKCS#1) in a SPKI, whatever its parameters. */
export function fromPssSpki(spki: Uint8Array): Buffer {
  const { content } = readElement(spki, 0)
  const { end } = readElement(content, 0)
  // The first byte of a BIT STRING counts its unused bits: none.
  return Buffer.from(readElement(content, end).content.subarray(1))
}

/** The content of a DER element, and where it ends. OpenSSL wrote it, so it is well-formed. */
function readElement(der: Uint8Array, start: number): { readonly content: Uint8Array; readonly end: number } {
  const first = der[start + 1]!
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  let length = lengthBytes === 0 ? first : 0
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + der[start + 2 + i]!
  const begin = start + 2 + lengthBytes
  return { content: der.subarray(begin, begin + length), end: begin + length }
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

/** One element of DER. Contents of 64 KiB and more do not occur: keys are at most 2 KiB. */
function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}
