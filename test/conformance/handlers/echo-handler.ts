import type { HandlerRequest, HandlerResponse, HandlerRoute, RouteHandler } from '@countersign/core/adapter'

/** The body of every request that was read, in order. */
export const bodies: { readonly type: string }[] = []

type Answer = (request: HandlerRequest) => Promise<Partial<HandlerResponse>>

const JSON_TYPE = ['Content-Type', 'application/json'] as const

/** Answers with what came. */
async function echo(request: HandlerRequest): Promise<Partial<HandlerResponse>> {
  const body = await request.readJson()
  return show(request, body)
}

function show(
  { view, path, ip, userAgent }: HandlerRequest,
  body: { readonly type: string },
): Partial<HandlerResponse> {
  bodies.push(body)
  const { method } = view
  return {
    headers: [JSON_TYPE, ['Cache-Control', 'no-store']],
    body: JSON.stringify({ method, url: view.url(), path, ip, userAgent, body }),
  }
}

/** What the routes of the echo read, where it is not JSON. */
const READS: Readonly<Record<string, HandlerRoute['reads']>> = { '/form': 'form', '/text': 'text' }

/** Types that `/text` accepts. */
export const SECURITY_EVENT = 'application/secevent+jwt'

/** Answers of the paths of the echo; a function for each method. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  '/echo': { GET: echo, POST: echo },
  '/items/:id': { GET: echo, DELETE: echo },
  '/form': { POST: async (request) => show(request, await request.readForm()) },
  '/text': { POST: async (request) => show(request, await request.readText([SECURITY_EVENT], 64)) },
  '/undeclared': { POST: async (request) => show(request, await request.readForm()) },
  '/unread': { POST: async () => ({ body: 'unread', headers: [['Content-Type', 'text/plain']] }) },
  '/nothing': { POST: async () => ({ status: 204 }) },
  '/cookies': {
    POST: async () => ({
      headers: [
        ['Set-Cookie', 'a=1; Path=/; HttpOnly'],
        ['Set-Cookie', 'b=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
        ['Vary', 'Cookie, Origin'],
        ['Content-Type', 'application/problem+json'],
      ],
      body: '{"ä":1}',
    }),
  },
  '/repeated': {
    GET: async () => ({
      status: 401,
      headers: [
        ['WWW-Authenticate', 'DPoP algs="ES256"'],
        ['Link', '</a>; rel=a'],
        ['WWW-Authenticate', 'Bearer'],
        ['Link', '</b>; rel=b'],
      ],
    }),
  },
  '/rejects': {
    POST: () => Promise.reject(Object.assign(new Error('a detail'), { status: 418, statusCode: 418 })),
  },
  '/.well-known/echo': { GET: echo },
}

/** A handler with the habits of those of sessions and issuers: exact paths, 405 for other methods, HEAD for GET. */
function echoHandler(paths: readonly string[], greeting: string): RouteHandler {
  return {
    routes: paths.flatMap((path) =>
      Object.keys(ANSWERS[path]!).map((method) => ({ method, path, reads: READS[path] ?? 'json' })),
    ),
    async handle(request) {
      const path = paths.find((candidate) => matches(candidate, request.path))
      if (path === undefined) return undefined
      const { method } = request.view
      const methods = ANSWERS[path]!
      const answer = methods[method === 'HEAD' ? 'GET' : method]
      if (answer === undefined)
        return { status: 405, headers: [['Allow', Object.keys(methods).join(', ')]], body: undefined }
      const { status = 200, headers = [], body } = await answer(request)
      return { status, headers: [...headers, ['X-Greeting', greeting]], body }
    },
  }
}

function matches(route: string, path: string): boolean {
  const segments = path.split('/')
  return (
    route.split('/').length === segments.length &&
    route.split('/').every((segment, i) => segment.startsWith(':') || segment === segments[i])
  )
}

/** The echo below a mount. */
export const mounted = echoHandler(
  Object.keys(ANSWERS).filter((path) => !path.startsWith('/.')),
  'hello',
)

/** The echo at the root, as an issuer's routes are. */
export const atRoot = echoHandler(['/.well-known/echo'], 'issuer')

/** A handler that has no routes. */
export const NOTHING: RouteHandler = { routes: [], handle: async () => undefined }
