import { createAuthenticator, type AuthenticatorOptions, type DecryptionOptions } from '@countersign/core'

const issuer = 'https://idp.example.com'
const audience = 'https://api.example.com'
const read = (name: string): string => process.env[name] ?? ''

// #region key
export const encrypted: AuthenticatorOptions = {
  issuer,
  audience,
  decryption: { key: read('DECRYPTION_KEY_PEM') }, // PKCS#8; the issuer has the public half
}
// #endregion
// #region rotation
export const rotating: DecryptionOptions = {
  key: [JSON.parse(read('DECRYPTION_JWK')), JSON.parse(read('DECRYPTION_JWK_BEFORE'))], // each with its "kid"
}
// #endregion
// #region secret
export const shared: DecryptionOptions = {
  key: Buffer.from(read('DECRYPTION_SECRET'), 'base64url'), // 32 random bytes
  algorithms: ['A256GCMKW'],
  encryptions: ['A256GCM'],
}
// #endregion
// #region both
export const whileTheIssuerChanges: DecryptionOptions = {
  key: read('DECRYPTION_KEY_PEM'),
  required: false, // tokens that are only signed are accepted, too
}
// #endregion
// #region ready
export const authenticator = createAuthenticator(encrypted)
await authenticator.ready() // rejects if a key cannot be used
// #endregion
