import type { AppName } from '../apps.ts'
import { AUDIENCE, es256, ISSUER, NOW } from '../issuers.ts'
import { bearer, passes, refused, type Expectation, type Row } from '../row.ts'

/** A row about the claims of an otherwise good token. */
function row(
  title: string,
  claims: Record<string, unknown>,
  expect: Expectation,
  { app = 'bearer', header = {} }: { app?: AppName; header?: Record<string, unknown> } = {},
): Row {
  return { title, app, request: bearer(es256.token(claims, header)), expect }
}

/** A claim whose JSON text `JSON.stringify` would not write. */
function spelled(claim: string, json: string): string {
  const claims = JSON.stringify(es256.claims({ [claim]: '#' })).replace('"#"', json)
  return es256.raw(JSON.stringify({ alg: 'ES256', kid: 'es256-1' }), claims)
}

const invalid = (claim: string) => refused('claims_invalid', { claim })
const missing = (claim: string) => refused('claim_missing', { claim })
const mismatch = (claim: string) => refused('claim_mismatch', { claim })

const dateRows: readonly Row[] = [
  ...(['exp', 'nbf', 'iat'] as const).flatMap((claim): Row[] => [
    ...[
      '"1"',
      '"9999999999"',
      'null',
      'true',
      '[]',
      '[9999999999]',
      '{}',
      '1e308',
      '1e309',
      '-1',
      '-1e309',
    ].map((json): Row => ({
      title: `[C1] [E4] [V-7] ${claim} ${json} is no date`,
      app: 'bearer',
      request: bearer(spelled(claim, json)),
      expect: invalid(claim),
    })),
    row(`[C1] [V-7] ${claim} may have a fraction`, { [claim]: NOW + 0.5 }, passes()),
  ]),
  row('[C1] exp 0 is expired, not absent', { exp: 0 }, refused('token_expired', { claim: 'exp' })),
  row('[C1] nbf 0 is long ago, not absent', { nbf: 0 }, passes()),
  row('[V-7] exp is tolerated for 15 seconds less one', { exp: NOW - 14 }, passes()),
  row(
    '[V-7] exp is not tolerated for 15 seconds',
    { exp: NOW - 15 },
    refused('token_expired', { claim: 'exp' }),
  ),
  row('[V-7] nbf is tolerated for 15 seconds', { nbf: NOW + 15 }, passes()),
  row(
    '[V-7] nbf is not tolerated for 16',
    { nbf: NOW + 16 },
    refused('token_not_yet_valid', { claim: 'nbf' }),
  ),
  row('[E4] iat is tolerated for 15 seconds', { iat: NOW + 15 }, passes()),
  row(
    '[E4] iat in the future is refused',
    { iat: NOW + 16 },
    refused('token_not_yet_valid', { claim: 'iat' }),
  ),
  row('[C2] [V-7] exp is required', { exp: undefined }, missing('exp')),
  row('[C2] exp may be missing where the policy says so by name', { exp: undefined }, passes(), {
    app: 'noExpiry',
  }),
  row(
    '[C2] an expired token is refused even there',
    { exp: NOW - 60 },
    refused('token_expired', { claim: 'exp' }),
    {
      app: 'noExpiry',
    },
  ),
  row('[C3] [C7] a greatest age makes iat required', { iat: undefined }, missing('iat'), { app: 'age' }),
  row('[C7] a token within the greatest age passes', { iat: NOW - 600 }, passes(), { app: 'age' }),
  row(
    '[C7] a token past the greatest age is refused',
    { iat: NOW - 615 },
    refused('token_expired', { claim: 'iat' }),
    {
      app: 'age',
    },
  ),
]

const nameRows: readonly Row[] = [
  row('[V-9] issuer and subject name the principal', {}, passes({ subject: 'user-1', issuer: ISSUER })),
  row('[C4] [V-5] iss is required', { iss: undefined }, missing('iss')),
  ...[[ISSUER], { iss: ISSUER }, 1, null].map((iss) =>
    row(`[C4] [V-5] iss must be a string: ${JSON.stringify(iss)}`, { iss }, invalid('iss')),
  ),
  ...['https://idp.test/', 'https://IDP.test', 'https://idp.test.attacker.test', 'https://idp', ''].map(
    (iss) => row(`[V-5] [A10] iss must be exactly ours: ${JSON.stringify(iss)}`, { iss }, mismatch('iss')),
  ),
  row('[E4] sub is required', { sub: undefined }, missing('sub')),
  ...['', 1, null, ['user-1'], { id: 1 }].map((sub) =>
    row(`[C4] [E4] sub must be a string, and not empty: ${JSON.stringify(sub)}`, { sub }, invalid('sub')),
  ),
  ...[1, null, ['x'], {}].map((jti) =>
    row(`[C4] jti must be a string: ${JSON.stringify(jti)}`, { jti }, invalid('jti')),
  ),
  row('[C4] sid must be a string', { sid: ['x'] }, invalid('sid')),
]

const audienceRows: readonly Row[] = [
  row('[C5] [V-6] our audience as text', { aud: AUDIENCE }, passes()),
  row('[C5] [V-6] our audience among others', { aud: ['https://other.test', AUDIENCE] }, passes()),
  row('[C5] [V-6] aud is required', { aud: undefined }, missing('aud')),
  ...[
    'https://other.test',
    '',
    'https://api',
    'https://api.test/',
    'https://api.test.attacker.test',
    'HTTPS://API.TEST',
    `x ${AUDIENCE}`,
    [],
    ['https://other.test'],
    [`${AUDIENCE}/`],
  ].map((aud) =>
    row(`[C5] [V-6] another audience is refused: ${JSON.stringify(aud)}`, { aud }, mismatch('aud')),
  ),
  ...[null, 1, { aud: AUDIENCE }, [AUDIENCE, 1], [[AUDIENCE]]].map((aud) =>
    row(`[C5] aud must be one string or a list of them: ${JSON.stringify(aud)}`, { aud }, invalid('aud')),
  ),
  row('[C5] no audience is asked for where the policy says so by name', { aud: undefined }, passes(), {
    app: 'anyAudience',
  }),
  row('[C3] a configured client is required', {}, missing('client_id'), { app: 'client' }),
  row('[C3] client_id of ours passes', { client_id: 'spa' }, passes(), { app: 'client' }),
  row('[C3] azp of ours passes', { azp: 'mobile' }, passes(), { app: 'client' }),
  row('[C3] another client is refused', { client_id: 'other' }, mismatch('client_id'), { app: 'client' }),
  row('[C3] client_id and azp must both be ours', { client_id: 'spa', azp: 'other' }, mismatch('azp'), {
    app: 'client',
  }),
  row('[C3] client_id must be a string', { client_id: ['spa'] }, invalid('client_id'), { app: 'client' }),
]

const wrongType = refused('token_type_wrong')

const typeRows: readonly Row[] = [
  ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/JWT', undefined].map((typ) =>
    row(`[V-8] typ ${typ ?? 'absent'} is one of an access token`, {}, passes(), { header: { typ } }),
  ),
  ...[
    'rt+jwt',
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'JOSE',
    'application/rt+jwt',
    'at+jwt ',
    'text/at+jwt',
    '',
  ].map((typ) =>
    row(`[C12] [V-8] typ ${JSON.stringify(typ)} is none of an access token`, {}, wrongType, {
      header: { typ },
    }),
  ),
  row('[C12] [V-8] an ID token is refused: at_hash', { at_hash: 'x' }, wrongType),
  row('[C12] [V-8] an ID token is refused: c_hash', { c_hash: 'x' }, wrongType),
  row(
    '[C12] an ID token is refused: token_use',
    { token_use: 'id' },
    refused('token_type_wrong', { claim: 'token_use' }),
  ),
  row(
    '[V-37] an ID token of Firebase is refused',
    { firebase: { identities: {} } },
    refused('token_type_wrong', { claim: 'firebase' }),
  ),
  row(
    '[V-37] an ID token without at_hash is refused: meant for the client alone, with a nonce',
    { azp: AUDIENCE, nonce: 'n' },
    refused('token_type_wrong', { claim: 'nonce' }),
  ),
  row('[C12] token_use of an access token passes', { token_use: 'access' }, passes()),
  ...['ID', 'Refresh', 'Offline', 'Logout'].map((typ) =>
    row(
      `[C12] a token of Keycloak that says it is ${typ} is refused`,
      { typ },
      refused('token_type_wrong', { claim: 'typ' }),
    ),
  ),
  row(
    '[C12] an untyped logout token is refused',
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    wrongType,
  ),
  row('[C12] an access token is refused where ID tokens are asked for', {}, wrongType, {
    app: 'idToken',
    header: { typ: 'at+jwt' },
  }),
  row('[C12] an ID token passes where the policy asks for one', { at_hash: 'x', token_use: 'id' }, passes(), {
    app: 'idToken',
  }),
  row('[V-8] profile rfc9068 wants typ at+jwt', { client_id: 'spa', jti: 'x' }, wrongType, {
    app: 'profile',
  }),
  row('[V-8] profile rfc9068 takes a token of that profile', { client_id: 'spa', jti: 'x' }, passes(), {
    app: 'profile',
    header: { typ: 'at+jwt' },
  }),
  ...(['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'] as const).map((claim) =>
    row(
      `[V-8] [C3] profile rfc9068 wants ${claim}`,
      { client_id: 'spa', jti: 'x', [claim]: undefined },
      missing(claim),
      {
        app: 'profile',
        header: { typ: 'at+jwt' },
      },
    ),
  ),
  ...[{ jkt: 'x' }, { 'x5t#S256': 'x' }, { jwk: {} }, {}, null, 'x'].map((cnf) =>
    row(
      `[C10] a bound token is no bearer token: cnf ${JSON.stringify(cnf)}`,
      { cnf },
      refused('binding_missing'),
    ),
  ),
]

const schemaRows: readonly Row[] = [
  row(
    '[V-22] the output of the schema is what handlers see',
    { org: 'acme' },
    passes({ claims: { org: 'ACME' } }),
    {
      app: 'schema',
    },
  ),
  row('[C3] claims that the schema refuses are refused', { org: 7 }, refused('claims_invalid'), {
    app: 'schema',
  }),
  row('[V-22] a schema that throws is our fault', { explode: true }, refused('internal_error'), {
    app: 'schema',
  }),
]

export const claimRows: readonly Row[] = [
  ...dateRows,
  ...nameRows,
  ...audienceRows,
  ...typeRows,
  ...schemaRows,
]
