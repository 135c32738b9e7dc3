import { subjectTagOf } from '@countersign/stores'

/**
 * Every key is in one of 64 buckets. The name of the bucket is the part of the key in braces, which sets the Redis
 * Cluster hash slot. The names are chosen so that their slots, `CRC16(name) mod 16384`, are within 32 of 256 · number +
 * 128: spread evenly over any number of masters. They never change, because stored keys contain them.
 */
export const BUCKET_NAMES: readonly string[] = (
  'b00af b013 b02ed b03ga b04gt b05s b06cv b07as b08al b09ci b10ee b11ha b12bj b13on b14bi b15ar ' +
  'b16ct b17aq b18dp b19a8 b20w b21b6 b22d1 b23ay b24o3 b25a b26d0 b27ax b28gt b29m b30d0 b31ax ' +
  'b32bf b33ob b34d6 b35f3 b36c9 b37fq b38cp b39au b40on b41bj b42dm b436 b44a0 b45c5 b46e2 b47v ' +
  'b48az b49d2 b50es b51z b52n b53g4 b54ca b55ad b56e0 b57x b58b4 b59o0 b60fw b61dr b62r b63oq'
).split(' ')

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The bucket of a subject: the first six bits of its tag, which is base64url of a MAC. */
export function bucketOfTag(subjectTag: string): number {
  const bits = BASE64URL.indexOf(subjectTag.charAt(0))
  return subjectTag === '' || bits === -1 ? bucketOfText(subjectTag) : bits
}

/** The bucket of a session: the bucket of its subject. */
export function bucketOfSession(sid: string): number {
  return bucketOfTag(subjectTagOf(sid))
}

/** The bucket of data without a subject, by the hash FNV-1a. */
export function bucketOfText(text: string): number {
  let hash = 0x81_1c_9d_c5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93)
  // The lower bits of a product depend only on the lower bits of its factors.
  return (hash ^ (hash >>> 16)) & 63
}
