import { argumentFault, assertNames, requiredString, type NamesOf } from '@countersign/core/toolkit'
import { assertPrivateClaims, SET_BY_ISSUER, type PrivateClaims } from './claims.ts'
import type { Issue, IssuedToken } from './issue.ts'
import type { TokenPolicy } from './token-options.ts'

/** Content of a hand-off token. */
export interface HandOffInput {
  /** `sub`: the user who goes on to the other server. */
  readonly subject: string
  /** `aud`: the one server that may accept it. */
  readonly audience: string
  /** Further claims, such as a nonce that the other server gave to the browser. Default none. */
  readonly claims?: PrivateClaims | undefined
}

const INPUT_NAMES = {
  subject: true,
  audience: true,
  claims: true,
} as const satisfies NamesOf<HandOffInput>

/** Remedies for claims that have a parameter of their own. */
const REMEDIES = {
  ...SET_BY_ISSUER,
  sub: 'pass it as "subject"',
  aud: 'pass it as "audience"',
  exp: 'a hand-off lives for 60 seconds',
}

const SECONDS = 60
const fault = argumentFault('handOffToken')

/** `issuer.handOffToken()` */
export async function handOff(issue: Issue, policy: TokenPolicy, input: HandOffInput): Promise<IssuedToken> {
  assertNames<HandOffInput>(input, INPUT_NAMES, 'input', fault)
  assertPrivateClaims(input.claims, fault, REMEDIES)
  const registered = {
    sub: requiredString(input, 'subject', 'the user who goes on to the other server', fault),
    aud: requiredString(input, 'audience', 'name the one server that may accept the token', fault),
  }
  const seconds = Math.min(SECONDS, policy.maxExpiresIn)
  return issue({ ...registered, ...input.claims }, 'hand-off+jwt', seconds, undefined)
}
