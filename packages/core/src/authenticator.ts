import { createTokenAcceptor, type TokenAcceptor } from './accept/accept-token.ts'
import { rememberAccepted } from './accept/remember-accepted.ts'
import { argumentFault, kindOf } from './base/assert-names.ts'
import type { MaybePromise } from './base/maybe-promise.ts'
import { checkBinding } from './binding/check-binding.ts'
import { admitCarrier } from './carrier/admit-carrier.ts'
import { checkCsrfToken } from './carrier/csrf-token.ts'
import type { ClaimsOf, StandardSchema } from './claims/schema.ts'
import { announceRefusal } from './events/announce-refusal.ts'
import { hasSubscribers, publish } from './events/events.ts'
import { decide } from './guards/decide.ts'
import type { GuardedRequest, Requirement } from './guards/requirement.ts'
import { readyIssuer } from './issuer/issuer-entry.ts'
import type { Outcome } from './outcome.ts'
import { createPolicy, type Policy } from './policy/create-policy.ts'
import type { AuthenticatorOptions } from './policy/options.ts'
import { toPrincipal, type Principal } from './principal/principal.ts'
import type { DefaultClaims } from './principal/registered-claims.ts'
import { Failure } from './refusal/failure.ts'
import type { Refusal } from './refusal/refuse.ts'
import { readCredential, type Credential } from './request/read-credential.ts'
import type { RequestView } from './request/view.ts'
import { headersFor } from './response-headers.ts'
import { checkRevocation } from './revocation/check-revocation.ts'

/** Authenticates requests with one policy. */
export interface Authenticator<Claims = DefaultClaims> {
  /** The options, validated and frozen. */
  readonly policy: Policy
  /** Authenticates a request. Never rejects because of client input. */
  authenticate(view: RequestView): Promise<Outcome<Claims>>
  /** Authenticates a token that did not come with a request: from a message queue or a job. */
  authenticateToken(token: string): Promise<Outcome<Claims>>
  /**
   * Checks whether an outcome meets a requirement: returns `undefined` if so, else the refusal to send.
   * @param request what checks in code receive, if there is a request
   */
  authorize(
    outcome: Outcome<Claims> | undefined,
    requirement: Requirement,
    request?: GuardedRequest,
  ): MaybePromise<Refusal | undefined>
  /** Fetches keys before the first request. Rejects if they cannot be fetched. */
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
export function createAuthenticator<Schema extends StandardSchema | undefined = undefined>(
  options: AuthenticatorOptions<Schema>,
): Authenticator<ClaimsOf<Schema>> {
  return authenticatorFor(createPolicy(options)) as Authenticator<ClaimsOf<Schema>>
}

/** What the path of a request needs: the policy, and the steps that depend on the token alone. */
interface Path {
  readonly policy: Policy
  readonly acceptToken: TokenAcceptor
}

function authenticatorFor(policy: Policy): Authenticator<unknown> {
  const { issuers } = policy
  const acceptToken = rememberAccepted(createTokenAcceptor(issuers, policy.token), issuers, {
    tokenCacheSize: policy.tokenCacheSize,
    maxTokenLength: policy.token.maxTokenLength,
  })
  const path: Path = { policy, acceptToken }
  return Object.freeze({
    policy,
    authenticate: (view: RequestView) => authenticateView(path, view),
    async authenticateToken(token: string) {
      if (typeof token === 'string')
        return authenticateCredential(path, token, undefined, undefined, undefined)
      throw argumentFault('authenticateToken')('token', `must be a string, got ${kindOf(token)}`)
    },
    authorize: (outcome: Outcome<unknown> | undefined, requirement: Requirement, request?: GuardedRequest) =>
      authorizeOutcome(outcome, requirement, policy, request),
    ready: async () => {
      await Promise.all([...issuers.values()].map(readyIssuer))
    },
  })
}

/** The path of a request. Each step is a function in a file of its own, and may end the path with a failure. */
async function authenticateView(path: Path, view: RequestView): Promise<Outcome<unknown>> {
  assertView(view)
  const { policy } = path
  const credential = readCredential(view, policy.credential)
  if (credential instanceof Failure) return refused(credential, policy)
  if (credential === undefined) return noCredential(policy)
  const admitted = admitCarrier(view, credential, policy.cookie)
  if (admitted instanceof Failure) return refused(admitted, policy)
  const csrfToken = admitted === 'admitted' ? undefined : admitted.csrfToken
  return authenticateCredential(path, credential.token.reveal(), view, credential, csrfToken)
}

async function authenticateCredential(
  { policy, acceptToken }: Path,
  text: string,
  view: RequestView | undefined,
  credential: Credential | undefined,
  csrfToken: string | undefined,
): Promise<Outcome<unknown>> {
  const accepting = acceptToken(text, policy.now()) // decryptToken, verifyToken, checkClaims
  const accepted = accepting instanceof Promise ? await accepting : accepting
  if (accepted instanceof Failure) return refused(accepted, policy)
  const { token } = accepted
  const binding = checkBinding(token, view)
  const unproved = binding instanceof Promise ? await binding : binding
  if (unproved !== undefined) return refused(unproved, policy)
  if (csrfToken !== undefined) {
    const sessionId = token.claims['sid'] as string | undefined
    const foreign = await checkCsrfToken(policy.cookie!.csrf!, csrfToken, sessionId)
    if (foreign !== undefined) return refused(foreign, policy)
  }
  const asking = checkRevocation(token, policy.isRevoked)
  const revoked = asking instanceof Promise ? await asking : asking
  if (revoked !== undefined) return refused(revoked, policy)
  const principal = toPrincipal(accepted, credential, policy.exposeToken)
  if (hasSubscribers('countersign:authenticated')) {
    const { issuer, subject, carrier } = principal
    publish('countersign:authenticated', { issuer, subject, carrier, keyId: token.key.kid })
  }
  return { type: 'authenticated', principal, headers: headersFor(credential, policy) }
}

function noCredential(policy: Policy): Outcome<unknown> {
  return policy.optional
    ? { type: 'anonymous', headers: headersFor(undefined, policy) }
    : refused(new Failure('credential_missing'), policy)
}

function refused(failure: Failure, { realm }: Policy): Outcome<unknown> {
  return { type: 'refused', refusal: announceRefusal(failure, realm) }
}

/** A framework's own request has a `header` too, but that returns something else. */
function assertView(view: RequestView): void {
  if (typeof view?.header === 'function' && typeof view.url === 'function') return
  throw argumentFault('authenticate')(
    'view',
    `must be a view of a request, got ${kindOf(view)}: give nodeRequestView(req) or fetchRequestView(request)`,
  )
}

/**
 * Step 9 for an outcome. Without an outcome no authenticator ran: the request is rejected, with an error that says
 * so.
 */
function authorizeOutcome(
  outcome: Outcome<unknown> | undefined,
  requirement: Requirement,
  { now, realm }: Pick<Policy, 'now' | 'realm'>,
  request: GuardedRequest | undefined,
): MaybePromise<Refusal | undefined> {
  if (outcome === undefined) return announceRefusal(new Failure('authenticator_missing'), realm)
  if (outcome.type === 'refused') return outcome.refusal
  if (outcome.type === 'anonymous') return announceRefusal(new Failure('credential_missing'), realm)
  const decision = decide(outcome.principal as Principal, requirement, now(), request)
  return decision instanceof Promise
    ? decision.then((failure) => announceFailure(failure, realm))
    : announceFailure(decision, realm)
}

function announceFailure(failure: Failure | undefined, realm: string | undefined): Refusal | undefined {
  return failure === undefined ? undefined : announceRefusal(failure, realm)
}
