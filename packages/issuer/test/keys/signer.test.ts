import { createIssuer, type Signer, type SigningAlgorithm } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { fork, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { faultyStore, INPUT, ISSUER, kidOf, signingKid, verifyWith } from '../support.ts'

// Much is signed here, and machines are busy.
vi.setConfig({ testTimeout: 30_000 })

let folder = ''
let service: ChildProcess
let socket: Socket
let clock = fakeClock()
let store = faultyStore(clock)
const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
let count = 0
/** All that ever came from the service into this process. */
let received = ''

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kms-'))
  const path = join(folder, 'socket')
  service = fork(fileURLToPath(new URL('key-service.mjs', import.meta.url)), [path])
  await once(service, 'message')
  socket = connect(path)
  await once(socket, 'connect')
  received = ''
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the key service is gone'))
    waiting.clear()
  })
  createInterface({ input: socket }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as { id: number; result: never; error?: string }
    const caller = waiting.get(id)
    waiting.delete(id)
    if (caller?.resolve !== reveal) received += line
    if (error === undefined) caller?.resolve(result)
    else caller?.reject(new Error(error))
  })
  clock = fakeClock()
  store = faultyStore(clock)
})
afterEach(async () => {
  socket.destroy()
  if (service.exitCode === null && service.signalCode === null) {
    const ended = once(service, 'exit')
    service.kill()
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

let revealed: unknown
const reveal = (value: unknown) => void (revealed = value)

function ask<T>(message: object): Promise<T> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('the key service is gone'))
    const id = count++
    waiting.set(id, { resolve, reject })
    socket.write(`${JSON.stringify({ id, ...message })}\n`)
  })
}

const signer: Signer = {
  createKey: (algorithm) => ask({ command: 'create', algorithm }),
  async sign({ reference, algorithm, data }) {
    const text = Buffer.from(data).toString('base64url')
    return Buffer.from(await ask<string>({ command: 'sign', reference, algorithm, data: text }), 'base64url')
  },
}
const start = (algorithm: SigningAlgorithm = 'ES256') =>
  createIssuer({ issuer: ISSUER, store, signer, algorithm, now: clock.now })

/** The private members of a key, which only the test may ask for, past everything else. */
async function secretsOf(reference: string): Promise<string[]> {
  const id = count++
  revealed = undefined
  waiting.set(id, { resolve: reveal, reject: reveal })
  socket.write(`${JSON.stringify({ id, command: 'private', reference })}\n`)
  await expect.poll(() => revealed).toBeDefined()
  const { d, p, q, dp, dq, qi } = revealed as Record<string, string | undefined>
  return [d, p, q, dp, dq, qi].filter((value) => value !== undefined)
}

describe('a signer in another process', () => {
  it.each<SigningAlgorithm>(['ES256', 'EdDSA', 'RS256', 'PS256'])(
    'signs with %s, and the private key never comes here or into the store',
    async (algorithm) => {
      const issuer = start(algorithm)
      const tokens = await Promise.all(Array.from({ length: 10 }, () => issuer.accessToken(INPUT)))
      const next = await issuer.rotate()
      clock.advance(3_600)
      const later = await issuer.accessToken(INPUT)
      expect(kidOf(later.token)).toBe(next.kid)
      const set = await issuer.jwks()
      for (const { token } of tokens) await verifyWith(set, token, clock.now() - 3_500_000)
      await verifyWith(set, later.token, clock.now())
      for (const reference of ['projects/p/keys/1', 'projects/p/keys/2']) {
        const secrets = await secretsOf(reference)
        expect(secrets.length).toBeGreaterThan(0)
        expect(store.get()?.content).toContain(reference)
        for (const secret of secrets) {
          expect(received).not.toContain(secret)
          expect(store.get()?.content).not.toContain(secret)
        }
      }
    },
  )

  it.each<[string, SigningAlgorithm, RegExp]>([
    ['DER', 'ES256', /returned 7\d bytes for ES256, not 64: is it DER\?/],
    ['other key', 'ES256', /a signature that its public key does not verify/],
    ['other key', 'PS256', /a signature that its public key does not verify/],
  ])(
    'that returns a wrong signature (%s, %s) causes an error, and no token is issued',
    async (fault, algorithm, message) => {
      await ask({ command: 'fault', fault })
      const issuer = start(algorithm)
      await expect(issuer.accessToken(INPUT)).rejects.toThrow(message)
      await expect(issuer.accessToken(INPUT)).rejects.toThrow(message)
      await ask({ command: 'fault' })
      await verifyWith(await issuer.jwks(), (await issuer.accessToken(INPUT)).token, clock.now())
    },
  )

  it('that changes to DER later is found out too', async () => {
    const issuer = start()
    await issuer.accessToken(INPUT)
    await ask({ command: 'fault', fault: 'DER' })
    await expect(issuer.accessToken(INPUT)).rejects.toThrow('is it DER?')
  })

  it('that makes a key of another kind publishes none', async () => {
    await ask({ command: 'fault', fault: 'wrong kind' })
    const issuer = start()
    await expect(issuer.accessToken(INPUT)).rejects.toThrow(
      'returned a wrong key for ES256: "publicJwk" must be P-256',
    )
    expect(store.get()).toBeUndefined()
  })

  it('[I-40] that tells its private key by mistake does not make us publish or keep it', async () => {
    await ask({ command: 'fault', fault: 'leaks' })
    for (const algorithm of ['ES256', 'EdDSA', 'RS256', 'PS256'] as const) {
      store.set(ISSUER, undefined)
      const issuer = start(algorithm)
      await issuer.accessToken(INPUT)
      const [key] = (await issuer.jwks()).keys
      expect(Object.keys(key ?? {}).filter((name) => /^(?:d|p|q|dp|dq|qi|oth|k)$/.test(name))).toEqual([])
      expect(store.get()?.content).not.toMatch(/"(?:d|p|q|dp|dq|qi|oth|k)":/)
    }
  })

  it('that is gone means no token; a ring without it says what is missing', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    service.kill('SIGKILL')
    await once(service, 'exit')
    await expect(issuer.accessToken(INPUT)).rejects.toThrow('the key service is gone')
    expect((await issuer.jwks()).keys.map((key) => key.kid)).toEqual([kid])
    const without = createIssuer({ issuer: ISSUER, store, now: clock.now })
    await expect(without.accessToken(INPUT)).rejects.toThrow('set "signer"')
    await expect(without.ready()).rejects.toThrow('set "signer"')
  })
})

it.each([
  ['no bytes', 'text' as never],
  ['nothing', undefined as never],
])('a signer that answers %s is told so', async (_, signature) => {
  const issuer = createIssuer({
    issuer: ISSUER,
    store,
    now: clock.now,
    signer: {
      createKey: async () => ({
        publicJwk: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
        reference: 'r',
      }),
      sign: async () => signature,
    },
  })
  await expect(issuer.accessToken(INPUT)).rejects.toThrow('sign() of the signer must return a Uint8Array')
})
