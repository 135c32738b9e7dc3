import { sign, type KeyObject } from 'node:crypto'

/**
 * An X.509 certificate (PEM) around a public key. Without a private key (P-256) its signature is all zeros: whoever reads
 * the key out of a certificate does not verify it. A browser wants one that can be read at least.
 */
export function certificateOf(publicKey: KeyObject, privateKey?: KeyObject): string {
  const ecdsaWithSha256 = sequence(tlv(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const commonName = sequence(tlv(0x06, Buffer.from('550403', 'hex')), tlv(0x0c, Buffer.from('forge')))
  const name = sequence(tlv(0x31, commonName))
  const validity = sequence(tlv(0x17, Buffer.from('250101000000Z')), tlv(0x17, Buffer.from('350101000000Z')))
  const version3 = tlv(0xa0, tlv(0x02, Buffer.from([2])))
  const serial = tlv(0x02, Buffer.from([1]))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const tbs = sequence(version3, serial, ecdsaWithSha256, name, validity, name, spki)
  const signature = privateKey === undefined ? Buffer.alloc(64) : sign('sha256', tbs, privateKey)
  const der = sequence(tbs, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.alloc(1), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value])
  // DER takes the shortest form of a length, and browsers insist on it
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), value])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), value])
}
