import { createAuthenticator, type Authenticator, type PublicJwk } from '@countersign/core'
import type { Signer } from '@countersign/forge'
import { createLocalJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { base } from '../support/authenticate.ts'

/** 2026-01-01T00:00:00Z */
export const NOW = Date.UTC(2026, 0, 1) / 1_000
export const now = (): number => NOW * 1_000

/** What one of the two says of a token: its claims, or why it is refused. */
export type Opinion = { readonly claims: object } | { readonly refused: string }

/** The same policy twice: once for this library, once for jose. */
export interface Pair {
  ours(token: string): Promise<Opinion>
  joses(token: string): Promise<Opinion>
}

/** A pair that trusts the keys of these signers, which share an algorithm. */
export function pairTrusting(...signers: readonly [Signer, ...Signer[]]): Pair {
  const [{ alg, secret }] = signers
  const options = { ...base, now, algorithms: [alg] }
  const jwks = signers.map(({ jwk }) => jwk as PublicJwk)
  const authenticator =
    secret === undefined
      ? createAuthenticator({ ...options, jwks: { keys: jwks } })
      : createAuthenticator({ ...options, secret })
  const key = secret === undefined ? createLocalJWKSet({ keys: jwks as never }) : () => secret
  return {
    ours: (token) => opinionOf(authenticator, token),
    joses: (token) => opinionOfJose(token, key, alg),
  }
}

async function opinionOf(authenticator: Authenticator, token: string): Promise<Opinion> {
  const outcome = await authenticator.authenticateToken(token)
  if (outcome.type === 'authenticated') return { claims: outcome.principal.claims }
  return { refused: outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type }
}

async function opinionOfJose(token: string, key: JWTVerifyGetKey, alg: string): Promise<Opinion> {
  const { issuer, audience } = base
  const verify = (tried: JWTVerifyGetKey): Promise<{ payload: JWTPayload }> =>
    jwtVerify(token, tried, {
      issuer,
      audience,
      algorithms: [alg],
      clockTolerance: 15,
      currentDate: new Date(now()),
    })
  try {
    return { claims: (await verify(key)).payload }
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return { refused: nameOf(error) }
    // what its documentation says that the caller should do
    for await (const candidate of error) {
      try {
        return { claims: (await verify(() => candidate)).payload }
      } catch (cause) {
        if (!(cause instanceof errors.JWSSignatureVerificationFailed)) return { refused: nameOf(cause) }
      }
    }
    return { refused: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }
  }
}

function nameOf(error: unknown): string {
  if (error instanceof errors.JOSEError) return error.code
  throw error
}
