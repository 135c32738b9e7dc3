import type { ProviderQuery } from '@countersign/stores'
import { BUCKET_NAMES, bucketOfSession, bucketOfTag, bucketOfText } from './buckets.ts'

/** The names of the keys in one bucket. All have its name in braces, so that a Cluster keeps them in one slot. */
export interface BucketKeys {
  /** Number of the bucket, from 0 to 63. */
  readonly bucket: number
  /** The revocation log: a stream. It never expires, so it remembers the id of its last entry. */
  readonly log: string
  /** A session: its packed row. */
  session(sid: string): string
  /** The epoch of a subject: a number. */
  epoch(tag: string): string
  /** The sids of a subject's sessions: a sorted set. Only lists, limits and erasing depend on it. */
  index(tag: string): string
  /** The sids of the sessions that were started from an identity provider's: a sorted set. */
  provider(name: string): string
  /** When a provider ended a session or all of a subject. */
  providerEnd(name: string): string
  /** A key ring: a hash. */
  ring(name: string): string
  /** An id of one-time use: the time until which it is remembered. */
  once(purpose: string, id: string): string
}

/** The names of all keys. */
export interface Keys {
  readonly buckets: readonly BucketKeys[]
  ofTag(tag: string): BucketKeys
  ofSession(sid: string): BucketKeys
  /** Of what is of no subject. */
  ofText(text: string): BucketKeys
  /** Where scripts announce that something was appended to a log. Lua makes it of a key, too. */
  readonly channel: string
  /** A pattern for `SCAN` that the key of every session matches. */
  readonly everySession: string
  /** The sid in the key of a session; `undefined` if it is the key of something else. */
  sidOf(key: string): string | undefined
}

/** What is before the sid in the key of a session. */
const SESSION = '}:s:'

/** The names of all keys, for a prefix. Scripts that find a sid or a tag in a row or an index make the same names. */
export function createKeys(prefix: string): Keys {
  const buckets = BUCKET_NAMES.map((name, bucket) => keysOf(`${prefix}:{${name}}:`, bucket))
  const at = (bucket: number): BucketKeys => buckets[bucket]!
  return {
    buckets,
    ofTag: (tag) => at(bucketOfTag(tag)),
    ofSession: (sid) => at(bucketOfSession(sid)),
    ofText: (text) => at(bucketOfText(text)),
    channel: `${prefix}:log`,
    everySession: `${prefix.replaceAll(/[*?[\]\\^]/g, '\\$&')}:{b*${SESSION}*`,
    sidOf: (key) => {
      const sid = key.slice(key.indexOf(SESSION) + SESSION.length)
      return at(bucketOfSession(sid)).session(sid) === key ? sid : undefined
    },
  }
}

function keysOf(base: string, bucket: number): BucketKeys {
  return Object.freeze<BucketKeys>({
    bucket,
    log: `${base}log`,
    session: (sid) => `${base}s:${sid}`,
    epoch: (tag) => `${base}e:${tag}`,
    index: (tag) => `${base}i:${tag}`,
    provider: (name) => `${base}p:${name}`,
    providerEnd: (name) => `${base}x:${name}`,
    ring: (name) => `${base}ring:${name}`,
    // The purpose has no colon then, so that no two pairs make one key.
    once: (purpose, id) => `${base}once:${encodeURIComponent(purpose)}:${id}`,
  })
}

/** What a session, or a subject, of an identity provider is found by. JSON has no tab, which parts the two in a row. */
export function providerName(query: ProviderQuery): string {
  const { issuer } = query
  return JSON.stringify(
    query.sid === undefined ? [issuer, 'subject', query.subject] : [issuer, 'sid', query.sid],
  )
}
