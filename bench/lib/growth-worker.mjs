// Countersign only, at growing sizes: `growth-worker.mjs <what> <size>`. One process for each size.
import { createAuthenticator, scope } from '@countersign/core'
import { serveTasks } from './processes.mjs'
import { AUDIENCE, ISSUER, claimsOf, createKey, createMint } from './tokens.mjs'

const [what, sizeText] = process.argv.slice(2)
const size = Number(sizeText)
const BATCH = 2000

/** Makes new strings from bytes, so that none was hashed before. */
const toBytes = (tokens) => tokens.map((token) => Buffer.from(token))
const fresh = (bytes, from) =>
  Array.from({ length: BATCH }, (_, i) => {
    const token = bytes[(from + i) % bytes.length]
    return token.latin1Slice(0, token.length)
  })

const hmac = createKey('HS256')
const options = { issuer: ISSUER, audience: AUDIENCE, secret: hmac.secret }

async function authenticateAll(authenticate, tokens) {
  for (let i = 0; i < tokens.length; i++) {
    const outcome = await authenticate(tokens[i])
    if (outcome.type !== 'authenticated') throw new Error(`refused: ${outcome.refusal.body.code}`)
  }
}

/** Enough claims to make a token of 1066 characters. */
const longClaims = (i) => claimsOf(i, { note: 'x'.repeat(284) })

function heap() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const subjects = {
  /** A hit among this many remembered tokens, and the memory for each. */
  async tokens() {
    const mint = createMint(hmac)
    const bytes = Array.from({ length: size }, (_, i) => Buffer.from(mint(longClaims(i))))
    const { authenticateToken } = createAuthenticator({ ...options, tokenCacheSize: 100_000 })
    const before = heap()
    for (let i = 0; i < size; i += BATCH) {
      // twice: after that they are remembered
      for (let time = 0; time < 2; time++)
        await authenticateAll(authenticateToken, fresh(bytes, i).slice(0, size - i))
    }
    const perToken = Math.round((heap() - before) / size)
    let next = 0
    return {
      facts: { perToken, length: bytes[0].length },
      prepare: () => {
        next += BATCH
        return fresh(bytes, next)
      },
      run: (tokens) => authenticateAll(authenticateToken, tokens),
    }
  },
  /** The minimum for remembering: a Map from token to claims. */
  async map() {
    const mint = createMint(hmac)
    const bytes = Array.from({ length: size }, (_, i) => Buffer.from(mint(longClaims(i))))
    const known = new Map()
    const before = heap()
    for (const token of bytes) {
      const text = token.latin1Slice(0, token.length)
      const payload = text.slice(text.indexOf('.') + 1, text.lastIndexOf('.'))
      known.set(text, JSON.parse(Buffer.from(payload, 'base64url').toString()))
    }
    return {
      facts: { perToken: Math.round((heap() - before) / size) },
      prepare: () => fresh(bytes, 0),
      run: async (tokens) => {
        for (const token of tokens) if (!known.has(token)) throw new Error('lost')
      },
    }
  },
  /** A hit, with this many keys in the set. */
  keys: () => amongKeys(10_000, 2000),
  /** A new token, with this many keys in the set. */
  'keys-cold': () => amongKeys(0, 250),
  /** A request that passes this many guards. */
  async guards() {
    const mint = createMint(hmac)
    const bytes = toBytes([mint(claimsOf(0))])
    const { authenticateToken, authorize } = createAuthenticator(options)
    const requirement = scope('orders:read')
    return {
      prepare: () => fresh(bytes, 0),
      run: async (tokens) => {
        for (const token of tokens) {
          const outcome = await authenticateToken(token)
          for (let i = 0; i < size; i++) {
            if ((await authorize(outcome, requirement)) !== undefined) throw new Error('forbidden')
          }
        }
      },
    }
  },
  claims: () => withClaims({}),
  'claims-cold': () => withClaims({ tokenCacheSize: 0 }),
}

async function amongKeys(tokenCacheSize, perBatch) {
  const keys = Array.from({ length: size }, (_, i) => createKey('ES256', `key-${i}`))
  const mints = keys.map((key) => createMint(key))
  const bytes = toBytes(Array.from({ length: Math.max(size, 1000) }, (_, i) => mints[i % size](claimsOf(i))))
  const jwks = { keys: keys.map(({ jwk }) => jwk) }
  const { authenticateToken } = createAuthenticator({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks,
    tokenCacheSize,
  })
  let next = 0
  return {
    prepare: () => {
      next += perBatch
      return fresh(bytes, next).slice(0, perBatch)
    },
    run: (tokens) => authenticateAll(authenticateToken, tokens),
  }
}

async function withClaims(changes) {
  const mint = createMint(hmac)
  const extra = Object.fromEntries(
    Array.from({ length: Math.max(0, size - 5) }, (_, i) => [`claim_${i}`, `value of claim ${i}`]),
  )
  const { iss, sub, aud, exp, iat } = claimsOf(0)
  const bytes = toBytes(
    Array.from({ length: 500 }, (_, i) => mint({ iss, sub: `${sub}${i}`, aud, exp, iat, ...extra })),
  )
  const { authenticateToken } = createAuthenticator({ ...options, ...changes })
  let next = 0
  return {
    facts: { length: bytes[0].length },
    prepare: () => {
      next += BATCH
      return fresh(bytes, next)
    },
    run: (tokens) => authenticateAll(authenticateToken, tokens),
  }
}

let subject

serveTasks({
  async setUp() {
    subject = await subjects[what]()
    return subject.facts ?? {}
  },
  /** @returns CPU time of one request, in microseconds */
  async run() {
    const tokens = subject.prepare()
    const before = process.cpuUsage()
    await subject.run(tokens)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / tokens.length
  },
})
