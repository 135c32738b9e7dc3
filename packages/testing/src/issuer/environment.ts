import type { KeyAccess } from './key-access.ts'

/** Environment variables by name, for `jwtAuth()` without options. */
export type TestEnvironment = Readonly<Record<string, string>>

/** Variables for an application that reads its options from the environment, to accept the tokens of these keys. */
export async function environmentOf(
  issuer: string,
  audience: string | readonly string[],
  { keys, verification }: KeyAccess,
): Promise<TestEnvironment> {
  const expected = { JWT_ISSUER: issuer, JWT_AUDIENCE: [audience].flat().join(',') }
  const { jwksUri, key, secret } = verification
  if (jwksUri !== undefined) return { ...expected, JWT_JWKS_URI: String(jwksUri) }
  const active = await keys.active()
  if (secret !== undefined) return { ...expected, JWT_SECRET: Buffer.from(active.secret!).toString('latin1') }
  // without a key, the application finds the published keys by discovery
  return key === undefined ? expected : { ...expected, JWT_PUBLIC_KEY: active.publicPem! }
}
