import { codeOf, cookieOptions, idp, partner, type Ask } from './adapters.ts'

/** What other libraries leave under the principal's name, made to look as much like ours as it can. */
export const FOREIGN = {
  subject: 'admin',
  scopes: ['admin'],
  roles: ['admin'],
  claims: {},
  issuer: idp.issuer,
}

/** The policies of a `jwtAuth()` for all requests, and of one behind it for `/partner`: each reads its own credential. */
export const nested = {
  outer: { ...cookieOptions, optional: true },
  inner: { ...partner.options, dangerouslyReadQuery: 'token' },
} as const

/**
 * Asks an application with these, whose `/partner` asks for the role `buyer` and answers with the subjects that are
 * nearest and that each `of()` returns: once with the role in the nearest token, once in the other.
 */
export async function askNested(ask: Ask): Promise<readonly [nearest: unknown, other: string]> {
  const askWith = async (theirs: string[], ours: string[]) => {
    const token = await partner.token({ subject: 'theirs', roles: theirs })
    const cookie = await idp.cookie({ subject: 'ours', roles: ours })
    return ask(`/partner?token=${token}`, { headers: { cookie } })
  }
  const nearest = await askWith(['buyer'], [])
  return [await nearest.json(), await codeOf(await askWith([], ['buyer']))]
}

/** What comes back where the nearest one counts. */
export const NEAREST = [{ nearest: 'theirs', outer: 'ours', inner: 'theirs' }, 'role_insufficient'] as const
