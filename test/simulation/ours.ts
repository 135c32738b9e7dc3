import { memoryStore, type RotationMode } from '@countersign/stores'
import { createHandlerRequest } from '@countersign/core/adapter'
import type { RouteHandler } from '@countersign/core/toolkit'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { toPlain, type PlainAnswer } from '../support/answer.ts'
import { ACCESS_LIFE, type Answer, type Server, type Surroundings } from './server.ts'

const ORIGIN = 'https://app.example.com'
const SECRET = 'the secret of the simulation, of more than 32 bytes'
/** Milliseconds by which the clocks of replicas differ. */
const SKEW = 1_500

/** The real thing: the routes of `createSessions`, several replicas of them on one store. */
export function createOurs(mode: RotationMode, { now, bytes, replicas, below }: Surroundings): Server {
  const store = memoryStore({ now, dangerouslyAllowInProduction: true })
  const handlers = Array.from({ length: replicas }, (_, index): RouteHandler => {
    const clock = (): number => now() + index * SKEW
    const issuer = createIssuer({
      issuer: ORIGIN,
      audience: ORIGIN,
      algorithm: 'HS256',
      secret: SECRET,
      expiresIn: ACCESS_LIFE,
      now: clock,
      // Lifetimes vary by chance, which parts tabs that are in step. Here they stay in step: the worst case.
      random: () => 0,
    })
    const sessions = createSessions({
      issuer,
      origin: ORIGIN,
      store,
      secrets: [SECRET],
      mode,
      now: clock,
      randomBytes: bytes,
    })
    return sessions.routes({ login: (credentials) => ({ subject: String(Object(credentials)['user']) }) })
  })

  async function ask(method: string, path: string, cookies: string, body?: object): Promise<Answer> {
    const headers: Record<string, readonly string[]> = {
      'sec-fetch-site': ['same-origin'],
      ...(body === undefined ? undefined : { 'content-type': ['application/json'] }),
      ...(cookies === '' ? undefined : { cookie: [cookies] }),
    }
    const view = { method, header: (name: string) => headers[name] ?? [], url: () => path }
    const signal = (): AbortSignal => new AbortController().signal
    const source = { chunks: undefined, parsed: body }
    const context = { path, ip: undefined, raw: undefined, signal, ...source }
    const request = createHandlerRequest(view, context, 'json')
    return toAnswer(toPlain((await handlers[below(replicas)]!.handle(request))!))
  }

  return {
    login: async (user, cookies) => ask('POST', '/login', cookies, { user }),
    refresh: async (cookies) => ask('POST', '/refresh', cookies),
    logout: async (cookies) => ask('POST', '/logout', cookies),
    check: async (cookies) => ask('GET', '/session', cookies),
  }
}

function toAnswer({ status, headers, body }: PlainAnswer): Answer {
  const lines = headers['Set-Cookie'] ?? []
  const expiresAt: unknown = body === undefined ? undefined : Object(JSON.parse(body))['expiresAt']
  return {
    status,
    setCookie: typeof lines === 'string' ? [lines] : lines,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
  }
}
