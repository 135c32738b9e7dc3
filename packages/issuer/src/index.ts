export { createIssuer, type HandOffInput, type IssuedToken, type Issuer, type SignOptions } from './issuer.ts'
export type { IssuerEvents } from './events.ts'
export type { IssuerAlgorithm, SigningAlgorithm } from './keys/algorithms.ts'
export type { KeyEncryption } from './keys/key-encryption.ts'
export type { KeyInfo, PublicJwkSet } from './keys/key-source.ts'
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
export type { PrivateClaims } from './token/claims.ts'
export type { EncryptTo } from './token/encrypt.ts'
