import { readFileSync } from 'node:fs'

/** A rule in which this library is stricter than jose, as docs/strictness.md prints it. */
export interface StricterRule {
  readonly id: string
  readonly rule: string
  readonly because: string
  /** What a token is refused with that breaks this rule and no other. */
  readonly codes: readonly string[]
}

interface Rules {
  readonly tokens: readonly StricterRule[]
  readonly keys: readonly Omit<StricterRule, 'codes'>[]
  readonly laxer: readonly Omit<StricterRule, 'codes'>[]
}

export const rules = JSON.parse(readFileSync(new URL('stricter.json', import.meta.url), 'utf8')) as Rules

/** A token that jose accepted, read as leniently as it reads. */
interface Reading {
  readonly token: string
  readonly texts: readonly [header: string, payload: string]
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** Seconds since the epoch. */
  readonly now: number
}

/** Whether a token breaks a rule, checked from the words of the rule and not with the library's code. */
const breaks: Readonly<Record<string, (reading: Reading) => boolean>> = {
  'canonical-base64url': ({ token }) =>
    token.split('.').some((segment) => Buffer.from(segment, 'base64url').toString('base64url') !== segment),
  'byte-order-mark': ({ texts }) => texts.some((text) => text.startsWith('\uFEFF')),
  'member-twice': ({ texts }) =>
    texts.some((text) => memberNames(text).some((names) => new Set(names).size < names.length)),
  'member-needs-escape': ({ texts }) =>
    texts.some((text) =>
      memberNames(text)
        .flat()
        .some((name) => /["\\\p{Cc}\p{Cs}]/u.test(name) && !/^[\x7f-\x9f]$/.test(name)),
    ),
  depth: ({ header, claims }) => depthOf(header) > 32 || depthOf(claims) > 32,
  length: ({ token }) => token.length > 16_384,
  'header-extensions': ({ header }) => ['crit', 'b64', 'zip', 'enc'].some((name) => name in header),
  'header-types': ({ header: { kid, typ } }) =>
    (kid !== undefined && (typeof kid !== 'string' || kid.length > 512)) ||
    (typ !== undefined && typeof typ !== 'string'),
  typ: ({ header: { typ } }) => typeof typ === 'string' && !/^(application\/)?(at\+)?jwt$/i.test(typ),
  'token-kind': ({ header, claims }) =>
    (claims['token_use'] !== undefined && claims['token_use'] !== 'access') ||
    ['ID', 'Refresh', 'Offline', 'Logout'].includes(claims['typ'] as string) ||
    'at_hash' in claims ||
    'c_hash' in claims ||
    'firebase' in claims ||
    isForClientAlone(header['typ'], claims) ||
    'http://schemas.openid.net/event/backchannel-logout' in Object(claims['events'] ?? {}),
  sub: ({ claims: { sub } }) => typeof sub !== 'string' || sub === '',
  exp: ({ claims: { exp } }) => exp === undefined,
  'date-range': ({ claims: { exp, nbf, iat } }) =>
    [exp, nbf, iat].some((date) => typeof date === 'number' && !(date >= 0 && date < 1e12)),
  'iat-future': ({ claims: { iat }, now }) => typeof iat === 'number' && iat < 1e12 && iat > now + 15,
  'aud-members': ({ claims: { aud } }) =>
    Array.isArray(aud) && aud.some((member) => typeof member !== 'string'),
  names: ({ claims: { jti, sid } }) =>
    [jti, sid].some((name) => name !== undefined && typeof name !== 'string'),
  cnf: ({ claims }) => 'cnf' in claims,
}

function isForClientAlone(typ: unknown, claims: Readonly<Record<string, unknown>>): boolean {
  if (/^(application\/)?at\+jwt$/i.test(String(typ))) return false
  if (!('nonce' in claims || 'auth_time' in claims)) return false
  if ('scope' in claims || 'scp' in claims || claims['typ'] === 'Bearer') return false
  const audiences = [...new Set([claims['aud']].flat())]
  return audiences.length === 1 && [claims['azp'], claims['client_id']].includes(audiences[0])
}

/** The rules that a token breaks. Throws where a rule has no predicate: it could not be told. */
export function brokenRules(token: string, now: number): string[] {
  const [header = '', payload = ''] = token.split('.')
  const texts = [decode(header), decode(payload)] as const
  const reading: Reading = { token, texts, header: parse(texts[0]), claims: parse(texts[1]), now }
  return rules.tokens.map(({ id }) => id).filter((id) => breaks[id]!(reading))
}

function decode(segment: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(segment, 'base64url'))
}

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>
}

/** The member names of each object in a valid JSON text, duplicates and all. */
function memberNames(text: string): string[][] {
  const all: string[][] = []
  const open: string[][] = []
  for (const [part, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/gs)) {
    if (part === '{') {
      const names: string[] = []
      all.push(names)
      open.push(names)
    } else if (part === '}') open.pop()
    else if (colon !== undefined) open.at(-1)!.push(JSON.parse(string!) as string)
  }
  return all
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
