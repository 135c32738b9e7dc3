import { createPublicKey } from 'node:crypto'
import { createCsrfTokens, type StandardSchema } from '@countersign/core'
import { AUDIENCE, clock, es256, hs256, ISSUER, JWKS, namelessSigners, recipient, rs256 } from './issuers.ts'
import { ROUTES } from './routes.ts'
import type { AppSpec, AuthSpec } from './spec.ts'
import type { RequestSpec } from './wire/send.ts'

/** What the functions of the policies were asked since it was last emptied. */
export const asked: string[] = []

const bearer: AuthSpec = { issuer: ISSUER, audience: AUDIENCE, jwks: JWKS, now: clock.now }
const cookie: AuthSpec = {
  ...bearer,
  cookie: true,
  origin: 'https://app.test',
  allowedOrigins: ['https://partner.test'],
}

export const csrf = createCsrfTokens(['a CSRF secret of at least 32 bytes'])

/** A schema without a library: an `org`, and the rest dropped. Stands for zod, valibot and arktype. */
const orgSchema: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { org, explode } = value as { org?: unknown; explode?: unknown }
      if (explode === true) throw new Error('a bug in the schema')
      return typeof org === 'string'
        ? { value: { org: org.toUpperCase() } }
        : { issues: [{ message: `org is ${String(org)}`, path: ['org'] }] }
    },
  },
}

/** The policies of the table, by name. All on {@link ROUTES}, so a row only differs from its neighbour where it says so. */
const policies = {
  bearer,
  secret: { issuer: ISSUER, audience: AUDIENCE, secret: hs256.secret!, now: clock.now },
  /** One RSA key, as PEM: the classic victim of HMAC confusion. */
  pem: { issuer: ISSUER, audience: AUDIENCE, publicKey: rs256.pem, now: clock.now },
  /** A key function that answers by the name of the key. */
  keyFunction: {
    issuer: ISSUER,
    audience: AUDIENCE,
    now: clock.now,
    key: ({ kid }) => {
      asked.push(`key ${kid}`)
      if (kid === 'throws') throw new Error('the key store is down')
      if (kid === 'rejects') return Promise.reject(new Error('the key store is down'))
      if (kid === 'empty') return ''
      if (kid === 'null') return null as never
      return kid === 'rs256-1' ? rs256.pem : undefined
    },
  },
  /** HMAC keys from a function that mistakes a public key for a secret: ours to refuse, whatever it answers. */
  secretFunction: {
    issuer: ISSUER,
    audience: AUDIENCE,
    now: clock.now,
    algorithms: ['HS256'],
    key: ({ kid }) => (kid === 'pem' ? rs256.pem : createPublicKey(rs256.pem)),
  },
  es256Only: { ...bearer, algorithms: ['ES256'] },
  nameless: { ...bearer, jwks: { keys: namelessSigners.map(({ jwk }) => jwk) } },
  encrypted: { ...bearer, decryption: { key: recipient.jwk } },
  encryptedOrSigned: { ...bearer, decryption: { key: recipient.pem, required: false } },
  optional: { ...bearer, optional: true },
  realm: { ...bearer, realm: 'orders' },
  short: { ...bearer, maxTokenLength: 1_024 },
  age: { ...bearer, maxTokenAge: 600 },
  noExpiry: { ...bearer, dangerouslyAllowNoExpiry: true },
  anyAudience: { ...bearer, audience: null },
  client: { ...bearer, audience: null, clientId: ['spa', 'mobile'] },
  profile: { ...bearer, profile: 'rfc9068' },
  idToken: { ...bearer, accept: 'id_token' },
  schema: { ...bearer, claims: orgSchema as never },
  roles: { ...bearer, rolesFrom: ['realm_access.roles', 'https://acme.test/roles'] },
  exposed: { ...bearer, exposeToken: true },
  renamed: { ...bearer, property: 'user' },
  thrown: { ...bearer, onRefused: 'throw' },
  query: { ...bearer, dangerouslyReadQuery: 'access_token' },
  cookie,
  cookieOptional: { ...cookie, optional: true },
  cookieCsrf: { ...cookie, csrfSecrets: ['a CSRF secret of at least 32 bytes'] },
  cookieThrown: { ...cookie, onRefused: 'throw' },
  revocation: {
    ...bearer,
    isRevoked({ tokenId }) {
      asked.push(`revoked ${tokenId}`)
      if (tokenId === 'throws') throw new Error('the store is down')
      if (tokenId === 'rejects') return Promise.reject(new Error('the store is down'))
      if (tokenId === 'odd') return undefined as never
      return tokenId === 'later' ? Promise.resolve(true) : tokenId === 'revoked'
    },
  },
} as const satisfies Record<string, AuthSpec>

/** What passport, express-jwt and others leave behind, made to look as much like ours as it can. */
const foreignAuth = {
  subject: 'admin',
  issuer: ISSUER,
  scopes: ['orders:read'],
  roles: ['admin'],
  claims: {},
}

export type AppName =
  | keyof typeof policies
  | 'cors'
  | 'corsThrown'
  | 'unguarded'
  | 'foreign'
  | 'foreignUnguarded'

export const APPS = {
  ...(Object.fromEntries(
    Object.entries(policies).map(([name, auth]) => [name, { auth, routes: ROUTES }]),
  ) as Record<keyof typeof policies, AppSpec>),
  /** Pages of one origin may read responses. */
  cors: { auth: policies.cookie, cors: 'https://app.test', routes: ROUTES },
  corsThrown: { auth: policies.cookieThrown, cors: 'https://app.test', routes: ROUTES },
  /** Guards with no authenticator before them. */
  unguarded: { routes: ROUTES },
  foreign: { auth: policies.optional, foreignAuth, routes: ROUTES },
  foreignUnguarded: { foreignAuth, routes: ROUTES },
} satisfies Record<AppName, AppSpec>

/** A token that most applications with {@link JWKS} take. */
export const GOOD = es256.token()

/** Where {@link GOOD} is not good: what is. `null` where no token is. */
const good: Partial<Record<AppName, string | null>> = {
  secret: hs256.token(),
  pem: rs256.token(),
  keyFunction: rs256.token(),
  secretFunction: null,
  nameless: namelessSigners[0]!.token(),
  encrypted: recipient.encrypt(es256.token()),
  client: es256.token({ client_id: 'spa' }),
  profile: es256.token({ client_id: 'spa', jti: 'x' }, { typ: 'at+jwt' }),
  schema: es256.token({ org: 'acme' }),
  unguarded: null,
  foreignUnguarded: null,
}

/** A request that the application answers well, to see that it is alive. */
export function pulse(name: AppName): RequestSpec {
  const token = good[name] === undefined ? GOOD : good[name]
  return token === null ? { target: '/public' } : { headers: [['Authorization', `Bearer ${token}`]] }
}
