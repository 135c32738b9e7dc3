import type { AuthenticatorOptions, RevocationCheck } from '@countersign/core'
import { OptionError } from '@countersign/core/toolkit'
import type { LivenessOptions } from './liveness.ts'
import type { SessionsPolicy } from './options.ts'

/** How a server verifies the tokens of sessions. */
export interface VerificationOptions {
  /** Whether the session is looked up, and how. `false`: an access token is good until it expires. Default: as `liveness()`. */
  readonly liveness?: LivenessOptions | false | undefined
}

/**
 * Options of an authenticator for the tokens and cookies of these sessions.
 * @throws `OptionError` naming the option and the remedy
 */
export function verificationOf(
  { issuer, audience, cookie, insecureLocalhost, csrfSecrets, now }: SessionsPolicy,
  liveness: (options?: LivenessOptions) => RevocationCheck,
  options: VerificationOptions = {},
): AuthenticatorOptions {
  assertNames(options)
  const { liveness: looked = {} } = options
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

/** An option at the wrong depth, as `{ maxAge: 0 }` is here, would leave the default in force unnoticed. */
function assertNames(options: VerificationOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('liveness', 'belongs in an object: verification({ liveness: false })')
  for (const name of Object.keys(options)) {
    if (name !== 'liveness')
      throw new OptionError(name, 'does not exist: give what concerns liveness as { liveness: { … } }')
  }
}
