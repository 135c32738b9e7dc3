import { admitCarrier } from './carrier/admit-carrier.ts'
import { checkCsrfToken } from './carrier/csrf-token.ts'
import type { DefaultClaims } from './principal/registered-claims.ts'
import type { SchemaOutput, StandardSchema } from './claims/schema.ts'
import { hasSubscribers, publish } from './events/events.ts'
import { Failure } from './refusal/failure.ts'
import { decide } from './guards/decide.ts'
import type { Requirement } from './guards/requirement.ts'
import { createKeySource } from './keys/key-options.ts'
import type { Outcome } from './outcome.ts'
import { createPolicy, type AnyOptions } from './policy/create-policy.ts'
import type { AuthenticatorOptions, SchemaOptions } from './policy/options.ts'
import type { Policy } from './policy/policy.ts'
import { toPrincipal, type Principal } from './principal/principal.ts'
import { announceRefusal } from './events/announce-refusal.ts'
import type { Refusal } from './refusal/refuse.ts'
import { readCredential, type Credential } from './request/read-credential.ts'
import type { RequestView } from './request/view.ts'
import { headersFor } from './response-headers.ts'
import { checkRevocation } from './revocation/check-revocation.ts'
import { createTokenAcceptor } from './accept/accept-token.ts'
import { createTokenDecrypter } from './decryption/decrypt-token.ts'
import { rememberAccepted } from './accept/remember-accepted.ts'
import { createTokenVerifier } from './token/verify-token.ts'

/** Judges requests by one policy. */
export interface Authenticator<Claims = DefaultClaims> {
  /** The options, judged and frozen. */
  readonly policy: Policy
  /** Judges a request. Never rejects for anything that a client sent. */
  authenticate(view: RequestView): Promise<Outcome<Claims>>
  /** Judges a token that came by another way than a request: a message queue, a job. */
  authenticateToken(token: string): Promise<Outcome<Claims>>
  /** Whether an outcome satisfies a requirement: `undefined` if so, else what to answer. */
  authorize(outcome: Outcome<Claims> | undefined, requirement: Requirement): Promise<Refusal | undefined>
  /** Fetches keys ahead of the first request. Rejects if they cannot be had. */
  ready(): Promise<void>
}

/**
 * An authenticator for tokens of one issuer. Every mistake in the options throws here.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * const authenticator = createAuthenticator({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })
 * const outcome = await authenticator.authenticate(nodeRequestView(req))
 * if (outcome.type === 'authenticated') console.log(outcome.principal.subject)
 * ```
 */
export function createAuthenticator<Schema extends StandardSchema>(
  options: SchemaOptions<Schema>,
): Authenticator<SchemaOutput<Schema>>
export function createAuthenticator(options: AuthenticatorOptions): Authenticator
export function createAuthenticator(options: AnyOptions): Authenticator<unknown> {
  const policy = createPolicy(options)
  const keys = createKeySource(options, policy)
  const sources = new Map([[options.issuer, keys]])
  const verifyToken = createTokenVerifier(policy, sources)
  const decrypter =
    policy.decryption && createTokenDecrypter(options.decryption!, policy.decryption, policy.maxTokenLength)
  const acceptToken = rememberAccepted(createTokenAcceptor(verifyToken, policy, decrypter), policy, sources)

  /** The path of a request. Each step is a function in a file of its own, and may end the path with a failure. */
  async function authenticateView(view: RequestView): Promise<Outcome<unknown>> {
    const credential = readCredential(view, policy)
    if (credential instanceof Failure) return refused(credential)
    if (credential === undefined) return noCredential()
    const admitted = admitCarrier(view, credential, policy)
    if (admitted instanceof Failure) return refused(admitted)
    const csrfToken = admitted === 'admitted' ? undefined : admitted.csrfToken
    return authenticateCredential(credential.token.reveal(), credential, csrfToken)
  }

  async function authenticateCredential(
    text: string,
    credential: Credential | undefined,
    csrfToken: string | undefined,
  ): Promise<Outcome<unknown>> {
    const accepting = acceptToken(text, policy.now()) // decryptToken, verifyToken, checkClaims, checkBinding
    const accepted = accepting instanceof Promise ? await accepting : accepting
    if (accepted instanceof Failure) return refused(accepted)
    const { token } = accepted
    if (csrfToken !== undefined) {
      const sessionId = token.claims['sid'] as string | undefined
      const foreign = await checkCsrfToken(policy.cookie!.csrf!, csrfToken, sessionId)
      if (foreign !== undefined) return refused(foreign)
    }
    const asking = checkRevocation(token, policy.isRevoked)
    const revoked = asking instanceof Promise ? await asking : asking
    if (revoked !== undefined) return refused(revoked)
    const principal = toPrincipal(accepted, credential, policy)
    if (hasSubscribers('countersign:authenticated')) {
      const { issuer, subject, carrier } = principal
      publish('countersign:authenticated', { issuer, subject, carrier, keyId: token.key.kid })
    }
    return { type: 'authenticated', principal, headers: headersFor(credential, policy) }
  }

  function noCredential(): Outcome<unknown> {
    return policy.optional
      ? { type: 'anonymous', headers: headersFor(undefined, policy) }
      : refused(new Failure('credential_missing'))
  }

  function refused(failure: Failure): Outcome<unknown> {
    return { type: 'refused', refusal: announceRefusal(failure, policy.realm) }
  }

  return Object.freeze({
    policy,
    authenticate: authenticateView,
    authenticateToken: (token: string) => authenticateCredential(token, undefined, undefined),
    authorize: (outcome: Outcome<unknown> | undefined, requirement: Requirement) =>
      authorizeOutcome(outcome, requirement, policy),
    ready: async () => {
      await Promise.all([keys.ready(), decrypter?.ready()])
    },
  })
}

/** Step 9 on an outcome. No outcome means that no authenticator ran: closed, and said so. */
async function authorizeOutcome(
  outcome: Outcome<unknown> | undefined,
  requirement: Requirement,
  { now, realm }: Pick<Policy, 'now' | 'realm'>,
): Promise<Refusal | undefined> {
  if (outcome === undefined) return announceRefusal(new Failure('authenticator_missing'), realm)
  if (outcome.type === 'refused') return outcome.refusal
  if (outcome.type === 'anonymous') return announceRefusal(new Failure('credential_missing'), realm)
  const failure = await decide(outcome.principal as Principal, requirement, now())
  return failure === undefined ? undefined : announceRefusal(failure, realm)
}
