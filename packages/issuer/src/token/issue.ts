import { randomUUID } from 'node:crypto'
import type { Fault } from '@countersign/core/toolkit'
import type { Encrypt } from './encrypt.ts'
import type { SignPayload } from './signing.ts'
import { sizeWarning } from './size.ts'
import type { TokenPolicy } from './token-options.ts'

/** An issued token. */
export interface IssuedToken {
  readonly token: string
  /** `jti`. */
  readonly tokenId: string
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Signs claims with a lifetime in seconds; also encrypts the token if `encrypt` is set. */
export type Issue = (
  claims: Record<string, unknown>,
  typ: string,
  seconds: number,
  encrypt: Encrypt | undefined,
) => Promise<IssuedToken>

/** Adds the claims of all tokens: `iss`, `iat`, `exp`, `jti`. `now` is in milliseconds since the epoch. */
export function createIssue(iss: string, policy: TokenPolicy, sign: SignPayload, now: () => number): Issue {
  const warnOfSize = sizeWarning(iss, policy.sizeWarning)
  return async (claims, typ, seconds, encrypt) => {
    const iat = Math.floor(now() / 1_000)
    const exp = iat + seconds
    const tokenId = randomUUID()
    const payload = { iss, ...claims, iat, exp, jti: tokenId }
    const signed = await sign(JSON.stringify(payload), typ)
    const token = encrypt === undefined ? signed : await encrypt(signed)
    warnOfSize(token, payload)
    return { token, tokenId, expiresAt: exp * 1_000 }
  }
}

/** The lifetime of a token, in seconds. @throws the error of `fault` */
export function lifetimeOf(
  { expiresIn }: { readonly expiresIn?: number | undefined },
  policy: TokenPolicy,
  fault: Fault,
): number {
  const seconds = expiresIn ?? policy.expiresIn
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= policy.maxExpiresIn) return seconds
  throw fault(
    'expiresIn',
    `must be a whole number of seconds from 1 to maxExpiresIn, which is ${policy.maxExpiresIn}`,
  )
}
