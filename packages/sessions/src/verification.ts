import type { AuthenticatorOptions, RevocationCheck } from '@countersign/core'
import { assertNames, optionFault, type NamesOf } from '@countersign/core/toolkit'
import type { LivenessOptions } from './liveness/liveness-options.ts'
import type { SessionsPolicy } from './options.ts'

/** How a server verifies the tokens of sessions. */
export interface VerificationOptions {
  /**
   * Whether and how the session is looked up. `false`: an access token is valid until it expires. Default: as in
   * `liveness()`.
   */
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

/** An option at the wrong level, such as `{ maxAge: 0 }` here, would silently keep the default. */
function assertVerification(options: VerificationOptions): void {
  assertNames<VerificationOptions>(options, OPTION_NAMES, 'options', (name, message) =>
    optionFault(
      name,
      `${message}. Put the options of liveness into { liveness: { … } }; { liveness: false } turns the lookup off`,
    ),
  )
}
