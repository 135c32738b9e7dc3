import {
  createAuthenticator,
  type Authenticated,
  type Authenticator,
  type AuthenticatorOptions,
  type Outcome,
  type Principal,
  type Refusal,
  type RequestView,
} from '@countersign/core'
import type { Signer } from '@countersign/forge'
import { expect } from 'vitest'

/** The issuer and the audience that the forge's signers sign for. */
export const base = { issuer: 'https://idp.test', audience: 'https://api.test' } as const

/** Anything an authenticator says, whatever the type of its claims. */
type AnyOutcome = Outcome<unknown>

/** Headers of a request: several values stand for several header lines. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** A request as an adapter would show it to the core. */
export function request(headers: Headers = {}, { method = 'GET', url = '/' } = {}): RequestView {
  return {
    method,
    url: () => url,
    header: (name) => {
      const value = headers[name]
      if (value === undefined) return []
      return typeof value === 'string' ? [value] : value
    },
  }
}

export function bearer(token: string): RequestView {
  return request({ authorization: `Bearer ${token}` })
}

/** An authenticator that trusts the key of this signer, given as an inline set. */
export function trusting(signer: Signer, options: Partial<AuthenticatorOptions> = {}): Authenticator {
  return createAuthenticator({ ...base, jwks: { keys: [signer.jwk] }, ...options })
}

/** An outcome in a few words: `authenticated`, `anonymous`, or status and code, `401 token_expired`. */
export function verdict(outcome: AnyOutcome): string {
  if (outcome.type !== 'refused') return outcome.type
  return `${outcome.refusal.status} ${outcome.refusal.body.code}`
}

/** The verdict on a token in a request's header. */
export async function resultOf(authenticator: Authenticator<unknown>, token: string): Promise<string> {
  return verdict(await authenticator.authenticate(bearer(token)))
}

/** The refusal of a request that must be refused. */
export async function refusalOf(authenticator: Authenticator<unknown>, view: RequestView): Promise<Refusal> {
  const outcome = await authenticator.authenticate(view)
  expect(outcome.type).toBe('refused')
  return (outcome as Extract<AnyOutcome, { type: 'refused' }>).refusal
}

/** The name of the claim for which a token is refused, after its status and code. */
export async function claimResultOf(authenticator: Authenticator<unknown>, token: string): Promise<string> {
  const { status, body } = await refusalOf(authenticator, bearer(token))
  return `${status} ${body.code} ${body.claim}`
}

/** The outcome for a token that must be let in. */
export async function accept<Claims>(
  authenticator: Authenticator<Claims>,
  view: RequestView,
): Promise<Authenticated<Claims>> {
  const outcome = await authenticator.authenticate(view)
  expect(verdict(outcome)).toBe('authenticated')
  return outcome as Authenticated<Claims>
}

/** Lets a token in twice. From then on it is remembered. */
export async function acceptTwice(authenticator: Authenticator<unknown>, token: string): Promise<void> {
  for (let i = 0; i < 2; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
}

export async function principalFor<Claims>(
  authenticator: Authenticator<Claims>,
  token: string,
): Promise<Principal<Claims>> {
  return (await accept(authenticator, bearer(token))).principal
}
