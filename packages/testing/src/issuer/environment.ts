import type { KeyAccess } from './key-access.ts'

/** Environment variables by name, as `jwtAuth()` without options reads them. */
export type TestEnvironment = Readonly<Record<string, string>>

/** What an application that reads its environment needs to take the tokens of these keys. */
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
  // whoever is given no key discovers where they are published
  return key === undefined ? expected : { ...expected, JWT_PUBLIC_KEY: active.publicPem! }
}
