import { csrf, GOOD, type AppName } from '../apps.ts'
import { es256, NOW } from '../issuers.ts'
import { passes, refused, type Expectation, type Row } from '../row.ts'

type Header = readonly [name: string, value: string]

/** How answers to a request with a good cookie are kept out of caches. */
const PRIVATE = { 'Cache-Control': 'no-store', Vary: 'Cookie' }
const byCookie = (handler = 'GET /me'): Expectation =>
  passes({ subject: 'user-1', carrier: 'cookie' }, { handler, headers: PRIVATE })

/** A request with these Cookie header lines. */
const cookies = (...values: string[]): Row['request'] => ({
  headers: values.map((value): Header => ['Cookie', value]),
})

const row = (title: string, request: Row['request'], expect: Expectation, app: AppName = 'cookie'): Row => ({
  title,
  app,
  request,
  expect,
})

const name = '__Host-access'
const missing = refused('credential_missing')
const ambiguous = refused('credential_ambiguous')
const malformed = refused('token_malformed')

const parsingRows: readonly Row[] = [
  row(
    '[E6] a token in the cookie passes, and the answer is nobody else’s',
    cookies(`${name}=${GOOD}`),
    byCookie(),
  ),
  row('[B10] the cookie is found among others', cookies(`a=1; ${name}=${GOOD}; b=2`), byCookie()),
  row('[B10] no space after the semicolon is needed', cookies(`a=1;${name}=${GOOD};b=2`), byCookie()),
  row(
    '[B10] spaces and tabs around name and value are trimmed',
    cookies(`a=1; \t${name} = ${GOOD}\t ; b=2`),
    byCookie(),
  ),
  row('[B10] the cookie is found in a second header line', cookies('a=1', `${name}=${GOOD}`), byCookie()),
  ...[
    `${name}=${GOOD}; ${name}=${GOOD}`,
    `${name}=x.y.z; ${name}=${GOOD}`,
    `${name}=${GOOD}; ${name}=x.y.z`,
    `${name}=${GOOD}; ${name}=`,
    `${name}=${GOOD};${name} =${GOOD}`,
  ].map((value) =>
    row(
      `[E6] [V-10] [B10] two cookies of the token’s name are refused: ${value.replaceAll(GOOD, '<good>')}`,
      cookies(value),
      ambiguous,
    ),
  ),
  row(
    '[E6] [V-10] two cookies in two header lines are refused',
    cookies(`${name}=${GOOD}`, `${name}=${GOOD}`),
    ambiguous,
  ),
  ...[
    '__host-access',
    '__HOST-ACCESS',
    `x${name}`,
    `${name}x`,
    '__Secure-access',
    'access',
    `\xa0${name}`,
    `${name}\xa0`,
    `"${name}"`,
    `%5F%5FHost-access`,
  ].map((other) =>
    row(
      `[B10] another name is another cookie: ${JSON.stringify(other)}`,
      cookies(`${other}=${GOOD}`),
      missing,
    ),
  ),
  row('[B10] a name without a value is no cookie', cookies(name), missing),
  row('[B10] a comma does not separate cookies', cookies(`a=1, ${name}=${GOOD}`), missing),
  row('[B10] quotes belong to the value', cookies(`${name}="${GOOD}"`), malformed),
  row('[B10] nothing is decoded', cookies(`${name}=${GOOD.replace('.', '%2E')}`), malformed),
  row('[B10] space inside the value belongs to it', cookies(`${name}=${GOOD} x`), malformed),
  row('[B10] an equals sign inside the value belongs to it', cookies(`${name}=${name}=${GOOD}`), malformed),
  row('[B10] Unicode space around the value belongs to it', cookies(`${name}=\xa0${GOOD}`), malformed),
  row('[V-38] an empty cookie is none', cookies(`${name}=`), refused('credential_missing')),
  row(
    '[B10] a semicolon ends the value',
    cookies(`${name}=${GOOD.slice(0, 40)};${GOOD.slice(40)}`),
    malformed,
  ),
  row('[B10] a bare CR in the header ends at the parser', cookies(`${name}=${GOOD}\rx=1`), {
    status: 400,
    body: '',
  }),
]

const precedenceRows: readonly Row[] = [
  row(
    '[D2] [V-10] a header beats the cookie',
    {
      headers: [
        ['Cookie', `${name}=${es256.token({ sub: 'cookie' })}`],
        ['Authorization', `Bearer ${es256.token({ sub: 'header' })}`],
      ],
    },
    passes({ subject: 'header', carrier: 'header' }, { headers: { 'Cache-Control': null, Vary: 'Cookie' } }),
  ),
  ...(['cookie', 'cookieOptional'] as const).flatMap((app) => [
    row(
      `[V-38] an Authorization header with nothing in it leaves the cookie to count (${app})`,
      {
        headers: [
          ['Cookie', `${name}=${es256.token({ sub: 'cookie' })}`],
          ['Authorization', ''],
        ],
      },
      passes({ subject: 'cookie', carrier: 'cookie' }),
      app,
    ),
    row(
      `[D2] [V-10] a bad token in the header never falls back to the cookie (${app})`,
      {
        headers: [
          ['Cookie', `${name}=${GOOD}`],
          ['Authorization', 'Bearer x.y.z'],
        ],
      },
      malformed,
      app,
    ),
    row(
      `[D2] [V-10] a malformed header never falls back to the cookie (${app})`,
      {
        headers: [
          ['Cookie', `${name}=${GOOD}`],
          ['Authorization', 'Bearer'],
        ],
      },
      refused('credential_malformed'),
      app,
    ),
    row(
      `[D2] [V-10] two headers never fall back to the cookie (${app})`,
      {
        headers: [
          ['Cookie', `${name}=${GOOD}`],
          ['Authorization', `Bearer ${GOOD}`],
          ['Authorization', `Bearer ${GOOD}`],
        ],
      },
      ambiguous,
      app,
    ),
    row(`[D2] a bad cookie is refused (${app})`, cookies(`${name}=x.y.z`), malformed, app),
    row(
      `[D2] an expired cookie is refused (${app})`,
      cookies(`${name}=${es256.token({ exp: NOW - 60 })}`),
      refused('token_expired', { claim: 'exp' }),
      app,
    ),
    row(
      `[D2] [E6] two cookies are refused (${app})`,
      cookies(`${name}=${GOOD}; ${name}=${GOOD}`),
      ambiguous,
      app,
    ),
  ]),
  row(
    '[E6] optional: an anonymous answer varies by the cookie',
    {},
    passes(null, { headers: { 'Cache-Control': null, Vary: 'Cookie' } }),
    'cookieOptional',
  ),
  row('[V-11] no cookie, no header: 401', {}, missing),
  row(
    '[E6] a handler’s own Cache-Control stands',
    { target: '/own-cache', ...cookies(`${name}=${GOOD}`) },
    passes(
      { carrier: 'cookie' },
      { handler: 'GET /own-cache', headers: { 'Cache-Control': 'private, max-age=60', Vary: 'Cookie' } },
    ),
  ),
  row(
    '[E6] a guard’s refusal of a cookie is not stored',
    { target: '/scope', ...cookies(`${name}=${GOOD}`) },
    refused('scope_insufficient', { challenge: 'scope="orders:read"' }),
  ),
  row(
    '[E6] HEAD is answered with the same headers',
    { method: 'HEAD', ...cookies(`${name}=${GOOD}`) },
    byCookie(),
  ),
]

const csrfToken = await csrf.create('session-1')
const foreignCsrfToken = await csrf.create('session-2')

/** A POST by cookie, with no Origin, of a token with this session. */
const withCsrfToken = (session: string | undefined, ...headers: Header[]): Row['request'] => ({
  method: 'POST',
  headers: [['Cookie', `${name}=${es256.token({ sid: session })}`], ...headers],
})
const rejected = refused('cross_site_rejected')

const csrfTokenRows: readonly Row[] = [
  row(
    '[V-20] a CSRF token of the session admits',
    withCsrfToken('session-1', ['X-CSRF-Token', csrfToken]),
    byCookie('POST /me'),
    'cookieCsrf',
  ),
  row('[V-20] without a CSRF token: 403', withCsrfToken('session-1'), rejected, 'cookieCsrf'),
  row(
    '[V-20] a CSRF token of another session: 403',
    withCsrfToken('session-1', ['X-CSRF-Token', foreignCsrfToken]),
    rejected,
    'cookieCsrf',
  ),
  row(
    '[V-20] a CSRF token, but a token without session: 403',
    withCsrfToken(undefined, ['X-CSRF-Token', csrfToken]),
    rejected,
    'cookieCsrf',
  ),
  row(
    '[V-20] an invented CSRF token: 403',
    withCsrfToken('session-1', ['X-CSRF-Token', 'x'.repeat(66)]),
    rejected,
    'cookieCsrf',
  ),
  row(
    '[V-20] an empty CSRF token: 403',
    withCsrfToken('session-1', ['X-CSRF-Token', '']),
    rejected,
    'cookieCsrf',
  ),
  row(
    '[V-20] two CSRF tokens: 403',
    withCsrfToken('session-1', ['X-CSRF-Token', csrfToken], ['X-CSRF-Token', csrfToken]),
    rejected,
    'cookieCsrf',
  ),
  row(
    '[V-20] a CSRF token where the policy has no secrets: 403',
    withCsrfToken('session-1', ['X-CSRF-Token', csrfToken]),
    rejected,
  ),
  row(
    '[V-20] a CSRF token does not make a bad token good',
    {
      method: 'POST',
      headers: [
        ['Cookie', `${name}=${es256.token({ sid: 'session-1', exp: NOW - 60 })}`],
        ['X-CSRF-Token', csrfToken],
      ],
    },
    refused('token_expired', { claim: 'exp' }),
    'cookieCsrf',
  ),
]

export const cookieRows: readonly Row[] = [...parsingRows, ...precedenceRows, ...csrfTokenRows]
