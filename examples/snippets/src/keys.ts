import type { AuthenticatorOptions } from '@countersign/core'

const issuer = 'https://idp.example.com'
const audience = 'https://api.example.com'
const PUBLIC_KEY_PEM = process.env['PUBLIC_KEY_PEM'] ?? ''
const findKeyOfTenant = (kid: string | undefined) =>
  Promise.resolve(kid === 'k1' ? PUBLIC_KEY_PEM : undefined)

// #region discovery
// only the issuer: its metadata contains the URL of the keys
export const discovered: AuthenticatorOptions = { issuer, audience }
// #endregion
// #region jwksUri
export const fromAddress: AuthenticatorOptions = { issuer, audience, jwksUri: 'https://idp.example.com/keys' }
// #endregion
// #region publicKey
export const fromPem: AuthenticatorOptions = { issuer, audience, publicKey: PUBLIC_KEY_PEM }
// #endregion
// #region secret
export const fromSecret: AuthenticatorOptions = {
  issuer,
  audience,
  secret: [process.env['JWT_SECRET'] ?? '', process.env['JWT_SECRET_BEFORE'] ?? ''], // both verify while one replaces the other
}
// #endregion
// #region function
export const fromFunction: AuthenticatorOptions = {
  issuer,
  audience,
  key: async ({ kid }) => findKeyOfTenant(kid), // undefined: unknown key (401); throws: keys unavailable (503)
}
// #endregion
// #region keyServer
export const tuned: AuthenticatorOptions = {
  issuer,
  audience,
  keyServer: { maxAge: 300, staleIfError: 6 * 3_600, timeout: 2 }, // seconds
}
// #endregion
