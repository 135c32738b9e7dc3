import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { base, resultOf, claimResultOf } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'HS256', kid: null })

function judging(options: Partial<AuthenticatorOptions> = {}) {
  return createAuthenticator({ ...base, secret: signer.secret!, ...options })
}

const access = judging()
const id = judging({ accept: 'id_token' })
const rfc9068 = judging({ profile: 'rfc9068' })
const profileClaims = { client_id: 'app', jti: 'j1' }

/** Spellings of one media type (RFC 7515 section 4.1.9). */
const atJwt = ['at+jwt', 'AT+JWT', 'At+Jwt', 'application/at+jwt', 'APPLICATION/AT+JWT', 'Application/at+JWT']
const jwt = ['JWT', 'jwt', 'Jwt', 'application/jwt', 'application/JWT']

/** Types of tokens that are no access tokens, or of none that we know. */
const otherTypes = [
  'rt+jwt',
  'logout+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'client-authentication+jwt',
  'JOSE',
  'JWE',
  'id+jwt',
  'application/application/at+jwt',
  'text/at+jwt',
  'at+jwt; charset=utf-8',
  ' at+jwt',
  'at+jwt ',
  'at jwt',
  'application/',
  '',
  'AT+JWT\0',
  'constructor',
]

describe('the header’s typ', () => {
  it.each([...atJwt, ...jwt])('[V-8] of an access token may be %s', async (typ) => {
    expect(await resultOf(access, signer.token({}, { typ }))).toBe('authenticated')
  })

  it('[V-8] of an access token may be missing', async () => {
    expect(await resultOf(access, signer.token())).toBe('authenticated')
  })

  it.each(otherTypes)('[C12][V-8] of an access or ID token may not be %j', async (typ) => {
    const token = signer.token(profileClaims, { typ })
    expect(await resultOf(access, token)).toBe('401 token_type_wrong')
    expect(await resultOf(id, token)).toBe('401 token_type_wrong')
    expect(await resultOf(rfc9068, token)).toBe('401 token_type_wrong')
  })

  it.each([...jwt, undefined])('[V-8] of an ID token may be %s', async (typ) => {
    expect(await resultOf(id, signer.token({}, { typ }))).toBe('authenticated')
  })

  it.each(atJwt)('[C12][V-8] of an ID token may not be %s', async (typ) => {
    expect(await resultOf(id, signer.token({}, { typ }))).toBe('401 token_type_wrong')
  })
})

describe('the profile rfc9068', () => {
  it.each(atJwt)('[V-8] takes a token of type %s with the claims of that profile', async (typ) => {
    expect(await resultOf(rfc9068, signer.token(profileClaims, { typ }))).toBe('authenticated')
  })

  it.each([...jwt, undefined])('[C12][V-8] refuses a token of type %s', async (typ) => {
    expect(await resultOf(rfc9068, signer.token(profileClaims, { typ }))).toBe('401 token_type_wrong')
  })

  it.each(['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])('[C3] requires %s', async (claim) => {
    const token = signer.token({ ...profileClaims, [claim]: undefined }, { typ: 'at+jwt' })
    expect(await claimResultOf(rfc9068, token)).toBe(`401 claim_missing ${claim}`)
  })

  it.each(['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])(
    '[C4] requires a %s of the right type',
    async (claim) => {
      for (const value of [null, {}, true]) {
        const token = signer.token({ ...profileClaims, [claim]: value }, { typ: 'at+jwt' })
        expect(await claimResultOf(rfc9068, token)).toBe(`401 claims_invalid ${claim}`)
      }
      expect.assertions(6)
    },
  )

  it('requires exp even where the policy lets tokens without it pass', async () => {
    const lasting = judging({ profile: 'rfc9068', dangerouslyAllowNoExpiry: true })
    const token = signer.token({ ...profileClaims, exp: undefined }, { typ: 'at+jwt' })
    expect(await claimResultOf(lasting, token)).toBe('401 claim_missing exp')
  })
})

describe('an ID token', () => {
  it.each([[{ at_hash: 'x' }], [{ c_hash: 'x' }], [{ at_hash: null }], [{ at_hash: 'x', c_hash: 'y' }]])(
    '[C12] shows by its claims %j, and is no access token',
    async (claims) => {
      expect(await resultOf(access, signer.token(claims))).toBe('401 token_type_wrong')
      expect(await resultOf(id, signer.token(claims))).toBe('authenticated')
    },
  )

  it.each([
    ['of Firebase', { firebase: { sign_in_provider: 'password', identities: {} } }, 'firebase'],
    ['of Firebase, with an empty claim', { firebase: {} }, 'firebase'],
    ['for the client of azp, with nonce', { aud: base.audience, azp: base.audience, nonce: 'n' }, 'nonce'],
    ['for the client of client_id, with auth_time', { client_id: base.audience, auth_time: 1 }, 'auth_time'],
    ['in a list', { aud: [base.audience], azp: base.audience, nonce: 'n' }, 'nonce'],
    [
      'in a list, twice',
      { aud: [base.audience, base.audience], azp: base.audience, auth_time: 1 },
      'auth_time',
    ],
    [
      'of Keycloak’s form, without its typ',
      { azp: base.audience, nonce: 'n', typ: 'whatever', sid: 's' },
      'nonce',
    ],
    ['with a nonce that is null', { azp: base.audience, nonce: null }, 'nonce'],
  ])('[C12] [V-37] is refused without at_hash, too: %s', async (_what, claims, claim) => {
    for (const typ of [undefined, 'JWT']) {
      const token = signer.token(claims, { typ })
      expect(await claimResultOf(access, token)).toBe(`401 token_type_wrong ${claim}`)
      expect(await resultOf(id, token)).toBe('authenticated')
    }
  })

  it('[V-37] is refused where the policy names its client, and the token does not', async () => {
    const token = signer.token({ nonce: 'n', client_id: 'other' })
    const knowing = judging({ clientId: [base.audience, 'other'] })
    expect(await claimResultOf(knowing, token)).toBe('401 token_type_wrong nonce')
    expect(await resultOf(knowing, signer.token({ client_id: 'other' }))).toBe('authenticated')
  })

  it.each([
    ['a scope', { azp: base.audience, nonce: 'n', scope: 'openid' }],
    ['a scope that is empty', { azp: base.audience, nonce: 'n', scope: '' }],
    ['scp, as Entra has it', { azp: base.audience, auth_time: 1, scp: 'orders' }],
    ['typ: Bearer', { azp: base.audience, nonce: 'n', auth_time: 1, typ: 'Bearer' }],
    [
      'another audience beside the client',
      { aud: [base.audience, 'account'], azp: base.audience, nonce: 'n' },
    ],
    ['an audience that is not the client', { azp: 'web', nonce: 'n', auth_time: 1 }],
    ['no sign-in', { azp: base.audience, client_id: base.audience }],
    ['no client', { nonce: 'n', auth_time: 1 }],
  ])('[V-37] is not what has %s', async (_what, claims) => {
    expect(await resultOf(access, signer.token(claims, { typ: 'JWT' }))).toBe('authenticated')
  })

  it('[V-37] is not what the header calls an access token, or the type that the policy asks for', async () => {
    const claims = { azp: base.audience, client_id: base.audience, nonce: 'n', auth_time: 1, jti: 'j' }
    expect(await resultOf(access, signer.token(claims, { typ: 'at+jwt' }))).toBe('authenticated')
    expect(await resultOf(rfc9068, signer.token(claims, { typ: 'at+jwt' }))).toBe('authenticated')
    const typed = judging({ typ: 'hand-off+jwt' })
    expect(await resultOf(typed, signer.token(claims, { typ: 'hand-off+jwt' }))).toBe('authenticated')
    expect(await claimResultOf(access, signer.token({ firebase: {} }, { typ: 'at+jwt' }))).toBe(
      '401 token_type_wrong firebase',
    )
  })
})

describe('token_use', () => {
  it.each([['id'], ['refresh'], ['Access'], [''], [null], [1], [['access']], [{}]])(
    '[C12] that is %j is not the one of an access token',
    async (use) => {
      expect(await claimResultOf(access, signer.token({ token_use: use }))).toBe(
        '401 token_type_wrong token_use',
      )
    },
  )

  it.each([['access'], ['refresh'], ['ID'], [null], [['id']]])(
    '[C12] that is %j is not the one of an ID token',
    async (use) => {
      expect(await claimResultOf(id, signer.token({ token_use: use }))).toBe('401 token_type_wrong token_use')
    },
  )

  it('that is the right one is no obstacle', async () => {
    expect(await resultOf(access, signer.token({ token_use: 'access' }))).toBe('authenticated')
    expect(await resultOf(id, signer.token({ token_use: 'id' }))).toBe('authenticated')
  })
})

describe('the payload’s typ, as Keycloak writes it', () => {
  it.each(['ID', 'Refresh', 'Offline', 'Logout'])(
    '[C12] that is %s is not the one of an access token',
    async (typ) => {
      expect(await claimResultOf(access, signer.token({ typ }, { typ: 'JWT' }))).toBe(
        '401 token_type_wrong typ',
      )
    },
  )

  it.each(['Bearer', 'Refresh', 'Offline', 'Logout'])(
    '[C12] that is %s is not the one of an ID token',
    async (typ) => {
      expect(await claimResultOf(id, signer.token({ typ }, { typ: 'JWT' }))).toBe('401 token_type_wrong typ')
    },
  )

  it('that is the right one, or means nothing to us, is no obstacle', async () => {
    expect(await resultOf(access, signer.token({ typ: 'Bearer' }))).toBe('authenticated')
    expect(await resultOf(id, signer.token({ typ: 'ID' }))).toBe('authenticated')
    expect(await resultOf(access, signer.token({ typ: 'whatever' }))).toBe('authenticated')
  })
})

describe('a logout token', () => {
  const event = 'http://schemas.openid.net/event/backchannel-logout'

  it.each([[{ [event]: {} }], [{ [event]: null }], [{ other: {}, [event]: {} }]])(
    '[C12] shows by its events %j, typed or not, and stands for nothing else',
    async (events) => {
      for (const authenticator of [access, id]) {
        expect(await resultOf(authenticator, signer.token({ events, sid: 's' }))).toBe('401 token_type_wrong')
      }
      expect(await resultOf(rfc9068, signer.token({ events, ...profileClaims }, { typ: 'at+jwt' }))).toBe(
        '401 token_type_wrong',
      )
    },
  )

  it.each([[null], ['logout'], [[]], [[event]], [{}], [{ other: {} }], [1]])(
    'is not every token with events: %j',
    async (events) => {
      expect(await resultOf(access, signer.token({ events }))).toBe('authenticated')
    },
  )
})
