import { ACCESS_LIFE, LEEWAY, refreshTokenOf, type Answer, type Server, type Surroundings } from './server.ts'

/** What a rule makes of a presented token: the next one, or `undefined`: reuse. */
type Rule = (token: string, next: () => string, now: number) => string | undefined

/** The tokens that descend from one login. */
interface Family {
  readonly rule: Rule
  tokens: number
  isOver: boolean
}

/** Each token is good once. Whoever presents an older one ends the family. */
function strictRule(first: string): Rule {
  let current = first
  return (token, next) => (token === current ? (current = next()) : undefined)
}

/** The parent may be presented again for a while, and each time a new token takes the place of the current one. */
function lineRule(first: string): Rule {
  let current = first
  let parent: string | undefined
  let rotatedAt = 0
  return (token, next, now) => {
    if (token === current) [parent, rotatedAt] = [current, now]
    else if (token !== parent || now - rotatedAt > LEEWAY * 1_000) return undefined
    return (current = next())
  }
}

/** Each token may be presented again for a while after its first use, and each time begets one more that is good. */
function treeRule(): Rule {
  const usedAt = new Map<string, number>()
  return (token, next, now) => {
    const first = usedAt.get(token) ?? now
    usedAt.set(token, first)
    return now - first > LEEWAY * 1_000 ? undefined : next()
  }
}

const RULES = { strict: strictRule, line: lineRule, tree: treeRule }

/** Ways of rotation that are in use elsewhere, as models: opaque tokens, a table of families, no faults of their own. */
export function createRival(kind: keyof typeof RULES, { now }: Surroundings): Server {
  const families = new Map<string, Family>()

  function answer(token: string): Answer {
    return {
      status: 200,
      setCookie: [`__Host-refresh=${token}; Max-Age=604800`],
      expiresAt: now() + ACCESS_LIFE * 1_000,
    }
  }
  const over: Answer = { status: 401, setCookie: ['__Host-refresh=; Max-Age=0'], expiresAt: undefined }
  const familyOf = (cookies: string): Family | undefined =>
    families.get(refreshTokenOf(cookies)?.split('.')[0] ?? '')

  return {
    async login() {
      const name = `family-${families.size}`
      families.set(name, { rule: RULES[kind](`${name}.1`), tokens: 1, isOver: false })
      return answer(`${name}.1`)
    },
    async refresh(cookies) {
      const family = familyOf(cookies)
      const token = refreshTokenOf(cookies)
      if (family === undefined || token === undefined || family.isOver) return over
      const next = (): string => `${token.split('.')[0]}.${++family.tokens}`
      const made = family.rule(token, next, now())
      if (made !== undefined) return answer(made)
      family.isOver = true
      return over
    },
    async logout(cookies) {
      const family = familyOf(cookies)
      if (family !== undefined) family.isOver = true
      return { ...over, status: 204 }
    },
    async check(cookies) {
      return { status: familyOf(cookies)?.isOver === false ? 200 : 401, setCookie: [], expiresAt: undefined }
    },
  }
}
