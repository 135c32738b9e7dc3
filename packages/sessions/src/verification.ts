import type { AuthenticatorOptions, RevocationCheck } from '@countersign/core'
import { assertNames, optionFault, type NamesOf } from '@countersign/core/toolkit'
import type { LivenessOptions } from './liveness/liveness-options.ts'
import type { SessionsPolicy } from './options.ts'

/** How a server verifies the tokens of sessions. */
export interface VerificationOptions {
  /** Whether the session is looked up, and how. `false`: an access token is good until it expires. Default: as `liveness()`. */
  readonly liveness?: LivenessOptions | false | undefined
}

const OPTION_NAMES = { liveness: true } as const satisfies NamesOf<VerificationOptions>

/**
 * Options of an authenticator for the tokens and cookies of these sessions.
 * @throws `OptionError` naming the option and the remedy
 */
export function verificationOf(
  { token, cookies, now }: SessionsPolicy,
  liveness: (options?: LivenessOptions) => RevocationCheck,
  options: VerificationOptions = {},
): AuthenticatorOptions {
  assertVerification(options)
  const { liveness: looked = {} } = options
  const { cookie, insecureLocalhost, csrfSecrets } = cookies
  return {
    ...token.issuer.verification(),
    audience: token.audience,
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
function assertVerification(options: VerificationOptions): void {
  assertNames<VerificationOptions>(options, OPTION_NAMES, 'options', (name, message) =>
    optionFault(
      name,
      `${message}. What concerns liveness goes into { liveness: { … } }; { liveness: false } looks nothing up`,
    ),
  )
}
