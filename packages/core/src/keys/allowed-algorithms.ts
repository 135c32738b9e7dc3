import { ASYMMETRIC, isAlgorithm, isHmac, traitsOf, type Algorithm } from '../algorithms/jws.ts'
import { OptionError } from '../base/option-error.ts'
import type { KeyOptions } from './key-options.ts'

/**
 * The algorithms that a policy allows. They come from the type of key and from the option, never from a token. Shared
 * secrets and public keys are never in one policy, or a public key could be used as a secret (RFC 8725 section 3.1).
 */
export function readAlgorithms({ algorithms, secret }: KeyOptions): readonly Algorithm[] {
  if (algorithms === undefined) return secret === undefined ? ASYMMETRIC : ['HS256']
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new OptionError('algorithms', 'must be a list of one or more algorithms, such as ["ES256"]')
  }
  for (const algorithm of algorithms as readonly unknown[]) {
    if (typeof algorithm !== 'string' || !isAlgorithm(algorithm)) {
      throw new OptionError(
        'algorithms',
        `contains ${printable(algorithm)}, which is not supported: use ${knownAlgorithms()}`,
      )
    }
  }
  const list = algorithms as readonly Algorithm[]
  const hmac = list.filter(isHmac)
  if (hmac.length > 0 && hmac.length < list.length) {
    throw new OptionError(
      'algorithms',
      'mixes shared-secret (HS) and public-key algorithms: make two authenticators',
    )
  }
  if (secret !== undefined && hmac.length === 0) {
    throw new OptionError(
      'algorithms',
      `${list.join(', ')} needs a public key, but "secret" is given: use HS256, HS384 or HS512`,
    )
  }
  return [...new Set(list)]
}

/** Rejects HMAC algorithms for sources of public keys. */
export function assertAsymmetric(algorithms: readonly Algorithm[], source: string): void {
  if (algorithms.some((algorithm) => traitsOf(algorithm).kty === 'oct')) {
    throw new OptionError(
      'algorithms',
      `HMAC requires "secret", but the keys come from "${source}", which contains public keys`,
    )
  }
}

function printable(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value
}

function knownAlgorithms(): string {
  return [...ASYMMETRIC, 'HS256', 'HS384', 'HS512'].join(', ')
}
