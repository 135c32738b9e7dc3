export { createIssuer, type Issuer } from './issuer.ts'
export type { IssuerEvents } from './events/issuer-events.ts'
export type { IssuerAlgorithm, SigningAlgorithm } from './keys/algorithms.ts'
export type { KeyEncryption } from './keys/key-encryption.ts'
export type { KeyInfo, PublicJwkSet } from './keys/published-keys.ts'
export type { KeyState } from './keys/ring.ts'
export type { Signer, SignRequest } from './keys/signer.ts'
export type {
  BaseIssuerOptions,
  IssuerOptions,
  KeyRingIssuerOptions,
  SecretIssuerOptions,
} from './options.ts'
export type { ServerMetadata } from './routes/metadata.ts'
export { fileKeyStore, type FileKeyStoreOptions } from './store/file-key-store.ts'
export type { AccessTokenInput } from './token/access-token.ts'
export { assertPrivateClaims, type ClaimRemedies, type PrivateClaims } from './token/claims.ts'
export type { EncryptTo } from './token/encrypt.ts'
export type { HandOffInput } from './token/hand-off.ts'
export type { IssuedToken } from './token/issue.ts'
export type { SignOptions } from './token/sign.ts'
