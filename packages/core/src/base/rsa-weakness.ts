/** Odd primes whose residues identify ROCA moduli (Nemec et al., CCS 2017, section 2.2). */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

/** The subgroup that 65537 generates modulo each prime. All residues of a ROCA modulus are in it. */
const SUBGROUPS: readonly (readonly [bigint, ReadonlySet<bigint>])[] = PRIMES.map((prime) => {
  const p = BigInt(prime)
  const members = new Set<bigint>()
  for (let x = 1n; !members.has(x); x = (x * 65537n) % p) members.add(x)
  return [p, members]
})

/** Why an RSA public key is too weak, or `undefined`. */
export function rsaWeakness(modulus: Uint8Array, exponent: Uint8Array): string | undefined {
  const n = toBigInt(modulus)
  const e = toBigInt(exponent)
  const bits = n.toString(2).length
  // RFC 7518 section 3.3: 2048 bits or more. The upper bound is OpenSSL's: it rejects larger keys.
  if (bits < 2048) return `its modulus has ${bits} bits; at least 2048 are required (RFC 7518 section 3.3)`
  if (bits > 16_384) return `its modulus has ${bits} bits; at most 16384 are allowed`
  if (n % 2n === 0n) return 'its modulus is even'
  if (e < 3n || e % 2n === 0n) return 'its exponent is 1 or even'
  if (e >= 1n << 64n) return 'its exponent is larger than 64 bits'
  if (SUBGROUPS.every(([p, members]) => members.has(n % p)))
    return 'its modulus has the ROCA weakness (CVE-2017-15361)'
  return undefined
}

function toBigInt(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}
