import {
  createLocalJWKSet,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose'
import { createHandlerRequest } from '@countersign/core/adapter'
import type { Issuer, PublicJwkSet } from '@countersign/issuer'
import { StoreUnavailableError, type KeyRingRecord, type KeyStore } from '@countersign/stores'
import type { FakeClock } from '@countersign/forge'

export const ISSUER = 'https://auth.test'
export const AUDIENCE = 'https://api.test'
/** What an access token cannot do without. */
export const INPUT = { subject: 'user-1', audience: AUDIENCE, clientId: 'web' }

/** A key store in memory, which fails on demand and lets tests write into it. */
export interface FaultyStore extends KeyStore {
  /** Whether it is down. */
  down: boolean
  reads: number
  writes: number
  /** What is stored, as nobody writes it. */
  set(ring: string, record: { version: number; content: string } | undefined): void
  get(ring?: string): { version: number; content: string } | undefined
  /** Runs after the next read, before its answer is handed out: another process that is faster. */
  afterNextRead: (() => Promise<void>) | undefined
}

export function faultyStore(clock: Pick<FakeClock, 'now'>): FaultyStore {
  const rings = new Map<string, { version: number; content: string }>()
  const store: FaultyStore = {
    // In memory: what is kept here needs no encryption.
    acceptsPlainKeys: true,
    down: false,
    reads: 0,
    writes: 0,
    afterNextRead: undefined,
    set: (ring, record) => void (record === undefined ? rings.delete(ring) : rings.set(ring, record)),
    get: (ring = ISSUER) => rings.get(ring),
    async readKeyRing(ring): Promise<KeyRingRecord> {
      store.reads++
      if (store.down) throw new StoreUnavailableError('test', new Error('down'))
      const record = rings.get(ring)
      const answer = { now: clock.now(), version: record?.version ?? 0, content: record?.content }
      const between = store.afterNextRead
      store.afterNextRead = undefined
      await between?.()
      return answer
    },
    async writeKeyRing(ring, expectedVersion, content) {
      if (store.down) throw new StoreUnavailableError('test', new Error('down'))
      if ((rings.get(ring)?.version ?? 0) !== expectedVersion) return false
      store.writes++
      rings.set(ring, { version: expectedVersion + 1, content })
      return true
    },
  }
  return store
}

/** Header and payload as they stand. */
export function decode(token: string): { header: Record<string, unknown>; payload: Record<string, unknown> } {
  const [header = '', payload = ''] = token.split('.')
  const read = (segment: string) =>
    JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as Record<string, unknown>
  return { header: read(header), payload: read(payload) }
}

export function kidOf(token: string): string {
  return decodeProtectedHeader(token).kid ?? ''
}

/** Verifies with exactly this key set, at this time. */
export async function verifyWith(
  set: PublicJwkSet,
  token: string,
  at: number,
  typ = 'at+jwt',
): Promise<JWTPayload> {
  const keys = createLocalJWKSet(set as JSONWebKeySet)
  const options = { issuer: ISSUER, audience: AUDIENCE, typ, currentDate: new Date(at), clockTolerance: 15 }
  return (await jwtVerify(token, keys, options)).payload
}

/** Whether a token verifies with this key set. */
export function isGood(set: PublicJwkSet, token: string, at: number): Promise<boolean> {
  return verifyWith(set, token, at).then(
    () => true,
    () => false,
  )
}

/** The name of the key that signs now. */
export async function signingKid(issuer: Issuer): Promise<string> {
  return kidOf((await issuer.accessToken(INPUT)).token)
}

/** What the key set's route answers, without a server. */
export async function publishedBy(issuer: Issuer): Promise<{ set: PublicJwkSet; maxAge: number }> {
  const path = `${new URL(issuer.issuer).pathname.replace(/\/$/, '')}/.well-known/jwks.json`
  const view = { method: 'GET', url: () => path, header: () => [] }
  const signal = (): AbortSignal => new AbortController().signal
  const source = { chunks: undefined, parsed: undefined }
  const context = { path, ip: undefined, raw: undefined, signal, ...source }
  const response = await issuer.routes().handle(createHandlerRequest(view, context, undefined))
  if (response?.status !== 200) throw new Error(`the key set was answered ${response?.status}`)
  const maxAge = Number(
    /^public, max-age=(\d+)$/.exec(String(new Map(response.headers).get('Cache-Control')))?.[1],
  )
  return { set: JSON.parse(response.body as string) as PublicJwkSet, maxAge }
}
