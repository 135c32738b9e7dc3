import { createAuthenticator, type Authenticator } from '@countersign/core'
import { createIssuer, type EncryptTo, type IssuedToken, type Issuer } from '@countersign/issuer'
import { memoryStore, onceOnly } from '@countersign/stores'

const store = memoryStore()

export const issuer: Issuer = createIssuer({ issuer: 'https://auth.example.com', store: memoryStore() })

// #region access
export const full = (): Promise<IssuedToken> =>
  issuer.accessToken({
    subject: 'user-1',
    audience: ['https://orders.example.com', 'https://billing.example.com'],
    clientId: 'web',
    scope: ['orders:read'], // or 'orders:read orders:write'
    roles: ['staff'],
    expiresIn: 300, // seconds; up to 5 % less, so that not all expire at once
    claims: { org: 'acme' }, // your own; registered names are refused here
  })
// #endregion
// #region sign
export const bid = (): Promise<IssuedToken> =>
  issuer.sign(
    { auction: 'a-17', limit: 250 },
    { typ: 'bid+jwt', audience: 'https://auction.example.com', subject: 'user-1', expiresIn: 1_200 },
  )
// #endregion
// #region hand-off
export const handOff = (nonce: string): Promise<IssuedToken> =>
  issuer.handOffToken({ subject: 'user-1', audience: 'https://b.example.com', claims: { browser: nonce } })
// #endregion
// #region encrypt
export const secretFrom = (receiver: EncryptTo['key']): Promise<IssuedToken> =>
  issuer.sign(
    { diagnosis: 'J45' },
    { typ: 'report+jwt', audience: 'https://clinic.example.com', encryptTo: { key: receiver } },
  )
// #endregion
// #region take
/** On server B: takes each hand-off token once. */
export const arrivals: Authenticator = createAuthenticator({
  issuer: 'https://auth.example.com',
  audience: 'https://b.example.com',
  typ: 'hand-off+jwt',
  isRevoked: onceOnly(store),
})
// #endregion
