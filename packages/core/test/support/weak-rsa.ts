import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** The primes of the ROCA fingerprint (Nemec et al., CCS 2017), written down apart from the code under test. */
const FINGERPRINT = [
  11n,
  13n,
  17n,
  19n,
  37n,
  53n,
  61n,
  71n,
  73n,
  79n,
  97n,
  103n,
  107n,
  109n,
  127n,
  151n,
  157n,
]
const PRODUCT = FINGERPRINT.reduce((product, prime) => product * prime, 1n)

/** An odd number of 2048 bits that is a power of 65537 modulo each prime of the fingerprint, as ROCA moduli are. */
export function rocaModulus(power = 12_345): Buffer {
  let residue = 1n
  for (let i = 0; i < power; i++) residue = (residue * 65_537n) % PRODUCT
  return toOddModulus(residue)
}

/** The same, but for its residue modulo one prime, which is no power of 65537. */
export function almostRocaModulus(prime: bigint): Buffer {
  const powers = new Set<bigint>()
  for (let power = 1n; !powers.has(power); power = (power * 65_537n) % prime) powers.add(power)
  const stranger = Array.from({ length: Number(prime) }, (_, i) => BigInt(i)).find(
    (residue) => residue !== 0n && !powers.has(residue),
  )
  if (stranger === undefined) throw new Error(`65537 generates every residue modulo ${prime}`)
  const rest = PRODUCT / prime
  // 1 modulo all other primes, `stranger` modulo this one
  let residue = 1n
  while (residue % prime !== stranger) residue += rest
  return toOddModulus(residue)
}

function toOddModulus(residue: bigint): Buffer {
  const top = randomBytes(256)
  top[0]! |= 0x80
  const factor = BigInt(`0x${top.toString('hex')}`) / PRODUCT
  const modulus = factor * PRODUCT + residue
  const odd = modulus % 2n === 1n ? modulus : modulus + PRODUCT
  return Buffer.from(odd.toString(16).padStart(512, '0'), 'hex')
}

export const fingerprintPrimes: readonly bigint[] = FINGERPRINT

/** A public RSA key as a JWK, made of these members. */
export function rsaJwk(n: Uint8Array, e: Uint8Array = Buffer.from([1, 0, 1])): Record<string, unknown> {
  return { kty: 'RSA', n: Buffer.from(n).toString('base64url'), e: Buffer.from(e).toString('base64url') }
}

/** The modulus of a fresh, good key of so many bits. */
export function goodModulus(bits: number): Buffer {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return Buffer.from(publicKey.export({ format: 'jwk' }).n as string, 'base64url')
}
