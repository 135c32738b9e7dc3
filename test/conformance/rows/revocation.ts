import { es256, NOW, stranger } from '../issuers.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

const row = (title: string, token: string, expect: Row['expect']): Row => ({
  title,
  app: 'revocation',
  request: bearer(token),
  expect,
})

export const revocationRows: readonly Row[] = [
  row(
    '[V-12] a token that is not revoked passes',
    es256.token({ jti: 'fine' }),
    passes({}, { asked: ['revoked fine'] }),
  ),
  ...['revoked', 'later'].map((jti) =>
    row(
      `[V-12] a revoked token is 401: ${jti}`,
      es256.token({ jti }),
      refused('token_revoked', { asked: [`revoked ${jti}`] }),
    ),
  ),
  ...['throws', 'rejects', 'odd'].map((jti) =>
    row(
      `[V-12] what cannot be told is 503, never 401: ${jti}`,
      es256.token({ jti }),
      refused('revocation_unavailable', { asked: [`revoked ${jti}`] }),
    ),
  ),
  row(
    '[D10] [V-12] the store is not asked for a token whose signature is bad',
    stranger.token({ jti: 'revoked' }),
    refused('signature_invalid', { asked: [] }),
  ),
  row(
    '[D10] [V-12] the store is not asked for an expired token',
    es256.token({ jti: 'revoked', exp: NOW - 60 }),
    refused('token_expired', { claim: 'exp', asked: [] }),
  ),
  row(
    '[D10] [V-12] the store is not asked for a token of another audience',
    es256.token({ jti: 'throws', aud: 'https://other.test' }),
    refused('claim_mismatch', { claim: 'aud', asked: [] }),
  ),
  {
    title: '[V-12] the store is not asked where no token is',
    app: 'revocation',
    request: {},
    expect: refused('credential_missing', { asked: [] }),
  },
]
