/**
 * Thirty bits from the last six characters of a token. They are part of the signature, which is as good as random, so
 * this costs less than a hash. The very last character is left out: in ES256 signatures it has two bits only.
 */
export function tailOf(token: string): number {
  const end = token.length - 1
  let tail = 0
  for (let i = end - 5; i < end; i++) tail = ((tail << 6) ^ token.charCodeAt(i)) & 0x3fff_ffff
  return tail
}
