// Guards the hot path by ratios within one run: the contenders take turns, the medians of paired ratios are compared with
// bounds that leave much room, and a bound counts as broken only if it is in each of three attempts. Times are never
// judged: this machine may be slow, or busy. `npm run test:matrix` runs it, and so does
// `node --conditions=@countersign/source tools/scripts/ratios.mjs`.
import { createAuthenticator } from '../../packages/core/src/index.ts'
import { createSigner } from '../forge/src/index.ts'
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

const ROUNDS = 15
const ATTEMPTS = 3
const base = { issuer: 'https://idp.test', audience: 'https://api.test' }

/** @typedef {() => unknown} Work one turn of a contender: a fixed number of operations */
/** @typedef {{ claim: string, fast: string, slow: string, atLeast: number }} Bound */

const signer = createSigner({ alg: 'HS256', kid: 'k1' })
const secret = /** @type {Uint8Array} */ (signer.secret)
const claims = {
  scope: 'orders:read orders:write profile',
  roles: ['user', 'auditor'],
  client_id: 'web-1',
  sid: 'session-0123456789',
  org: { id: 'acme', name: 'Acme GmbH', plan: 'team' },
  email: 'somebody@example.com',
}
const tokens = Array.from({ length: 500 }, (_, i) => signer.token({ ...claims, jti: `token-${i}` }))
const expired = tokens.map((_, i) => signer.token({ ...claims, jti: `token-${i}`, exp: 1 }))
const forged = tokens.map((token, i) => `${token.slice(0, -8)}${i % 2 === 0 ? 'AAAAAAAA' : 'AQEBAQEA'}`)

const remembering = createAuthenticator({ ...base, secret })
const verifying = createAuthenticator({ ...base, secret, tokenCacheSize: 0 })
const ec = createSigner({ alg: 'ES256', kid: 'k1' })
const crowd = Array.from({ length: 99 }, (_, i) => createSigner({ alg: 'ES256', kid: `other-${i}` }).jwk)
const fewKeys = createAuthenticator({ ...base, jwks: { keys: [ec.jwk] } })
const manyKeys = createAuthenticator({ ...base, jwks: { keys: [...crowd, ec.jwk] } })
const ecTokens = Array.from({ length: 60 }, (_, i) => ec.token({ ...claims, jti: `token-${i}` }))
const manyTimes = Array.from({ length: 3_000 }, (_, i) => ecTokens[i % ecTokens.length] ?? '')

/**
 * @param {import('../../packages/core/src/index.ts').Authenticator} authenticator
 * @param {readonly string[]} list
 */
const judging = (authenticator, list) => async () => {
  for (const token of list) await authenticator.authenticateToken(token)
}

const key = createSecretKey(secret)
/** The least that verifying HS256 takes. */
function raw() {
  for (const token of tokens) {
    const [header = '', payload = '', signature = ''] = token.split('.')
    const mac = createHmac('sha256', key).update(`${header}.${payload}`, 'latin1').digest()
    if (!timingSafeEqual(mac, Buffer.from(signature, 'base64url'))) throw new Error('a bad token')
    JSON.parse(Buffer.from(payload, 'base64url').toString())
  }
}

/** @type {Record<string, Work>} */
const contenders = {
  raw,
  remembered: judging(remembering, tokens),
  verified: judging(verifying, tokens),
  expired: judging(verifying, expired),
  forged: judging(verifying, forged),
  garbage: judging(verifying, Array(500).fill('garbage')),
  'dots, 64 KB': judging(verifying, Array(500).fill('.'.repeat(65_536))),
  // remembered, so that finding the key is not lost in the arithmetic
  'one key': judging(fewKeys, manyTimes),
  '100 keys': judging(manyKeys, manyTimes),
}

/** @type {Bound[]} */
const bounds = [
  {
    claim: 'a remembered token is 3 times cheaper than a verified one',
    fast: 'remembered',
    slow: 'verified',
    atLeast: 3,
  },
  {
    claim: 'garbage is 2 times cheaper than a verified token',
    fast: 'garbage',
    slow: 'verified',
    atLeast: 2,
  },
  {
    claim: '64 KB of dots are 2 times cheaper than a verified token',
    fast: 'dots, 64 KB',
    slow: 'verified',
    atLeast: 2,
  },
  {
    claim: 'a verified token costs less than 3 times its HMAC and JSON',
    fast: 'verified',
    slow: 'raw',
    atLeast: 1 / 3,
  },
  {
    claim: 'an expired token costs less than 2 times a good one',
    fast: 'expired',
    slow: 'verified',
    atLeast: 0.5,
  },
  {
    claim: 'a forged token costs less than 2 times a good one',
    fast: 'forged',
    slow: 'verified',
    atLeast: 0.5,
  },
  {
    claim: 'remembered tokens cost less than 2 times as much with 100 keys as with one',
    fast: '100 keys',
    slow: 'one key',
    atLeast: 0.5,
  },
]

/** A contender that answers otherwise than it should proves nothing, however fast. */
async function checkContenders() {
  const said = async (
    /** @type {import('../../packages/core/src/index.ts').Authenticator} */ by,
    /** @type {string} */ token,
  ) => {
    const outcome = await by.authenticateToken(token)
    return outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type
  }
  const expectations = [
    ...[...tokens, ...tokens].map((token) => [remembering, token, 'authenticated']),
    ...tokens.map((token) => [verifying, token, 'authenticated']),
    ...expired.map((token) => [verifying, token, 'token_expired']),
    ...forged.map((token) => [verifying, token, 'signature_invalid']),
    ...['garbage', '.'.repeat(65_536)].map((token) => [verifying, token, 'token_malformed']),
    ...ecTokens.flatMap((token) => [fewKeys, manyKeys].map((by) => [by, token, 'authenticated'])),
  ]
  for (const [by, token, expected] of /** @type {[typeof verifying, string, string][]} */ (expectations)) {
    const got = await said(by, token)
    if (got !== expected) throw new Error(`a contender answers ${got}, not ${expected}`)
  }
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
}

/** The ratio of each bound: how many times the slow one takes what the fast one does. */
async function attempt() {
  /** @type {Record<string, number>[]} */
  const rounds = []
  for (let round = -2; round < ROUNDS; round++) {
    /** @type {Record<string, number>} */
    const times = {}
    for (const [name, work] of Object.entries(contenders)) {
      const start = process.hrtime.bigint()
      await work()
      times[name] = Number(process.hrtime.bigint() - start)
    }
    if (round >= 0) rounds.push(times) // the first ones warm up
  }
  return bounds.map(({ fast, slow }) =>
    median(rounds.map((times) => (times[slow] ?? Number.NaN) / (times[fast] ?? Number.NaN))),
  )
}

await checkContenders()
let broken = bounds
for (let i = 1; i <= ATTEMPTS && broken.length > 0; i++) {
  const ratios = await attempt()
  console.log(`attempt ${i}`)
  for (const [at, { claim, atLeast }] of bounds.entries()) {
    console.log(`  ${ratios[at]?.toFixed(2).padStart(8)}, at least ${atLeast.toFixed(2)}: ${claim}`)
  }
  broken = broken.filter((bound) => !((ratios[bounds.indexOf(bound)] ?? 0) >= bound.atLeast))
}
for (const { claim } of broken) console.error(`not so: ${claim}`)
process.exitCode = broken.length > 0 ? 1 : 0
