import type { ProviderQuery } from '@countersign/stores'
import { BUCKET_NAMES, bucketOfSession, bucketOfTag, bucketOfText } from './buckets.ts'

/** The names of the keys in one bucket. All contain its name in braces, so that a Cluster keeps them in one slot. */
export interface BucketKeys {
  /** Number of the bucket, from 0 to 63. */
  readonly bucket: number
  /** The revocation log: a stream. It never expires, so it remembers the id of its last entry. */
  readonly log: string
  /** A session: its packed row. */
  session(sid: string): string
  /** The epoch of a subject: a number. */
  epoch(tag: string): string
  /** The sids of a subject's sessions: a sorted set. Only lists, limits and erasing use it. */
  index(tag: string): string
  /** The sids of the sessions that were started from a session of an identity provider: a sorted set. */
  provider(name: string): string
  /** When a provider ended a session, or all sessions of a subject. */
  providerEnd(name: string): string
  /** A key ring: a hash. */
  ring(name: string): string
  /** An id of one-time use: the time until which it is kept. */
  once(purpose: string, id: string): string
}

/** The names of all keys. */
export interface Keys {
  readonly buckets: readonly BucketKeys[]
  ofTag(tag: string): BucketKeys
  ofSession(sid: string): BucketKeys
  /** The keys of data without a subject. */
  ofText(text: string): BucketKeys
  /** The channel in which scripts announce new log entries. Lua builds the same name from a key. */
  readonly channel: string
  /** A pattern for `SCAN` that the key of every session matches. */
  readonly everySession: string
  /** The sid in the key of a session; `undefined` if it is the key of something else. */
  sidOf(key: string): string | undefined
}

/** The part of a session's key before the sid. */
const SESSION = '}:s:'

/** The names of all keys, for a prefix. Scripts that find a sid or a tag in a row or an index build the same names. */
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
    // The encoded purpose contains no colon, so two different pairs never get the same key.
    once: (purpose, id) => `${base}once:${encodeURIComponent(purpose)}:${id}`,
  })
}

/**
 * The key by which a session or a subject of an identity provider is found. JSON contains no tab, so a tab separates
 * the two in a row.
 */
export function providerName(query: ProviderQuery): string {
  const { issuer } = query
  return JSON.stringify(
    query.sid === undefined ? [issuer, 'subject', query.subject] : [issuer, 'sid', query.sid],
  )
}
