import type { Algorithm } from '../algorithms/jws.ts'
import type { AuthenticatorOptions } from './options.ts'

/** Environment variables, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

const REQUIRED: readonly string[] = ['JWT_ISSUER', 'JWT_AUDIENCE']
const KEY_VARIABLES = ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URI'] as const

/**
 * Options from the environment: what `jwtAuth()` without options uses.
 *
 * - `JWT_ISSUER` and `JWT_AUDIENCE` are required; the audience may be a list, separated by commas.
 * One of `JWT_SECRET`, `JWT_PUBLIC_KEY` (PEM; `\n` may stand for line breaks) and `JWT_JWKS_URI`; with none of them
 *   keys are discovered from the issuer.
 * - `JWT_ALGORITHMS`: a list, separated by commas.
 *
 * @param env default `process.env`, where the runtime has it
 * @throws `Error` that names every variable that is missing
 * @example
 * ```ts
 * app.use(jwtAuth({ ...optionsFromEnv(), optional: true }))
 * ```
 */
export function optionsFromEnv(env: Env = globalThis.process?.env ?? {}): AuthenticatorOptions {
  const missing = REQUIRED.filter((name) => env[name] === undefined)
  if (missing.length > 0) {
    throw new Error(
      `countersign: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set. ` +
        'Set JWT_ISSUER to the "iss" and JWT_AUDIENCE to the "aud" of your tokens, or pass options to jwtAuth()',
    )
  }
  const sources = KEY_VARIABLES.filter((name) => env[name] !== undefined)
  if (sources.length > 1) {
    throw new Error(
      `countersign: ${sources.join(' and ')} are both set: keys come from one source, so keep one of them`,
    )
  }
  const empty = [...REQUIRED, ...sources].find((name) => env[name]!.trim() === '')
  if (empty !== undefined) {
    const orRemove = REQUIRED.includes(empty) ? '' : ', or remove it'
    throw new Error(`countersign: ${empty} is set, but empty: set it${orRemove}`)
  }
  const { JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URI, JWT_ALGORITHMS } = env
  return {
    issuer: env['JWT_ISSUER']!.trim(),
    audience: list(env['JWT_AUDIENCE']!),
    ...(JWT_SECRET === undefined ? undefined : { secret: JWT_SECRET }),
    ...(JWT_PUBLIC_KEY === undefined ? undefined : { publicKey: JWT_PUBLIC_KEY }),
    ...(JWT_JWKS_URI === undefined ? undefined : { jwksUri: JWT_JWKS_URI.trim() }),
    // Names that are not algorithms are rejected, with their name, when the options are validated.
    ...(JWT_ALGORITHMS === undefined ? undefined : { algorithms: list(JWT_ALGORITHMS) as Algorithm[] }),
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
