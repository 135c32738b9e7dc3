import type { AuthenticatorOptions, RevocationCheck } from '@countersign/core'
import type { LivenessOptions } from './liveness.ts'
import type { SessionsPolicy } from './options.ts'

/** How a server verifies the tokens of sessions. */
export interface VerificationOptions {
  /** Whether the session is looked up, and how. `false`: an access token is good until it expires. Default: as `liveness()`. */
  readonly liveness?: LivenessOptions | false | undefined
}

/** Options of an authenticator for the tokens and cookies of these sessions. */
export function verificationOf(
  { issuer, audience, cookie, insecureLocalhost, csrfSecrets, now }: SessionsPolicy,
  liveness: (options?: LivenessOptions) => RevocationCheck,
  { liveness: looked = {} }: VerificationOptions = {},
): AuthenticatorOptions {
  return {
    ...issuer.verification(),
    audience,
    profile: 'rfc9068',
    ...(now === undefined ? undefined : { now }),
    ...(looked === false ? undefined : { isRevoked: liveness(looked) }),
    ...(cookie === undefined
      ? undefined
      : {
          cookie: cookie.name,
          origin: [...cookie.origins],
          allowedOrigins: [...cookie.allowedOrigins],
          insecureLocalhost,
          ...(csrfSecrets === undefined ? undefined : { csrfSecrets }),
        }),
  }
}
