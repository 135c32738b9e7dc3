import { nodeRequestView } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { request, trusting, verdict } from '../support/authenticate.ts'

const OWN = 'https://app.test:8443'
const ALLOWED = 'https://partner.test'
const signer = createSigner({ alg: 'ES256' })
const token = signer.token({ sid: 's1' })
const authenticator = trusting(signer, {
  cookie: true,
  origin: [OWN, 'https://www.app.test'],
  allowedOrigins: [ALLOWED],
})

const sites: Record<string, string[]> = {
  absent: [],
  'same-origin': ['same-origin'],
  'same-site': ['same-site'],
  'cross-site': ['cross-site'],
  none: ['none'],
  garbage: ['same_origin'],
  'in capitals': ['Same-Origin'],
  empty: [''],
  'joined by a proxy': ['same-origin, same-origin'],
  'twice same-origin': ['same-origin', 'same-origin'],
  'same-origin and cross-site': ['same-origin', 'cross-site'],
}

const origins: Record<string, string[]> = {
  absent: [],
  null: ['null'],
  own: [OWN],
  'the other own one': ['https://www.app.test'],
  allowed: [ALLOWED],
  foreign: ['https://evil.test'],
  'own with another port': ['https://app.test:8444'],
  'own without its port': ['https://app.test'],
  'allowed with its default port': [`${ALLOWED}:443`],
  'own with a trailing dot': ['https://app.test.:8443'],
  'own in capitals': ['HTTPS://APP.TEST:8443'],
  'own over http': ['http://app.test:8443'],
  'own with a path': [`${OWN}/`],
  'own as a prefix': [`${OWN}.evil.test`],
  'own as a suffix': [`https://evil.test#${OWN}`],
  'a sibling': ['https://sub.app.test:8443'],
  empty: [''],
  'own and foreign joined': [`${OWN}, https://evil.test`],
  'own and foreign': [OWN, 'https://evil.test'],
  'own twice': [OWN, OWN],
}

const methods = [
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'TRACE',
  'CONNECT',
  'QUERY',
  'get',
  'post',
  '',
]

/** What the design says (section 8), written as a table of words rather than as the code has it. */
function expected(site: string, origin: string, method: string, webSocket: boolean): string {
  const changesNothing = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method) && !webSocket
  if (changesNothing) return 'authenticated'
  const isOwn = origin === 'own' || origin === 'the other own one'
  const isAllowed = origin === 'allowed'
  const cameTwice = origin === 'own and foreign' || origin === 'own twice'
  const passes: Record<string, boolean> = {
    'same-origin': !cameTwice,
    'same-site': isAllowed,
    'cross-site': isAllowed,
    absent: isOwn || isAllowed,
    none: isOwn || isAllowed,
  }
  return passes[site] === true ? 'authenticated' : '403 cross_site_rejected'
}

const cookie = `__Host-access=${token}`
const rows = Object.keys(sites).flatMap((site) =>
  [false, true].map((webSocket) => [site, webSocket] as const),
)

describe('the gate for requests with a cookie', () => {
  it.each(rows)(
    '[D1][V-20] Sec-Fetch-Site %s, WebSocket upgrade %s: as designed for every Origin and method',
    async (site, webSocket) => {
      const tally = { authenticated: 0, refused: 0 }
      for (const [origin, values] of Object.entries(origins)) {
        for (const method of methods) {
          const headers = {
            cookie,
            'sec-fetch-site': sites[site]!,
            origin: values,
            ...(webSocket ? { upgrade: 'websocket', connection: 'Upgrade' } : {}),
          }
          const said = verdict(await authenticator.authenticate(request(headers, { method })))
          expect(said, `${method} from Origin ${origin}`).toBe(expected(site, origin, method, webSocket))
          tally[said === 'authenticated' ? 'authenticated' : 'refused']++
        }
      }
      expect(tally.authenticated + tally.refused).toBe(Object.keys(origins).length * methods.length)
      // no row lets everything in, and without an upgrade none refuses everything
      expect(tally.refused).toBeGreaterThan(0)
      const safe = webSocket ? 0 : 4
      expect(tally.authenticated).toBeGreaterThanOrEqual(safe * Object.keys(origins).length)
    },
  )

  it.each(rows)(
    '[V-20] Sec-Fetch-Site %s, WebSocket upgrade %s: a token in the header needs no proof',
    async (site, webSocket) => {
      for (const values of Object.values(origins)) {
        for (const method of methods) {
          const headers = {
            authorization: `Bearer ${token}`,
            cookie,
            'sec-fetch-site': sites[site]!,
            origin: values,
            ...(webSocket ? { upgrade: 'websocket' } : {}),
          }
          expect(verdict(await authenticator.authenticate(request(headers, { method })))).toBe(
            'authenticated',
          )
        }
      }
      expect.assertions(Object.keys(origins).length * methods.length)
    },
  )

  it('[V-20] is decided by the credential that was used: no cookie of ours, no gate', async () => {
    const optional = trusting(signer, { cookie: true, origin: OWN, optional: true })
    const view = request({ cookie: 'other=1', 'sec-fetch-site': 'cross-site' }, { method: 'POST' })
    expect(verdict(await optional.authenticate(view))).toBe('anonymous')
    expect(verdict(await authenticator.authenticate(view))).toBe('401 credential_missing')
  })

  it('[V-20] comes before the token is looked at: a bad token tells a foreign page nothing', async () => {
    const view = request({ cookie: '__Host-access=a.b.c', origin: 'https://evil.test' }, { method: 'POST' })
    expect(verdict(await authenticator.authenticate(view))).toBe('403 cross_site_rejected')
  })

  it.each(['websocket', 'WebSocket', 'WEBSOCKET', 'h2c, websocket', 'websocket/13'])(
    '[D1] sees a WebSocket upgrade by %j',
    async (upgrade) => {
      const view = request({ cookie, upgrade, origin: 'https://evil.test' })
      expect(verdict(await authenticator.authenticate(view))).toBe('403 cross_site_rejected')
      const own = request({ cookie, upgrade, origin: OWN })
      expect(verdict(await authenticator.authenticate(own))).toBe('authenticated')
    },
  )

  it('[D1] does not see one in another upgrade', async () => {
    const view = request({ cookie, upgrade: 'h2c', origin: 'https://evil.test' })
    expect(verdict(await authenticator.authenticate(view))).toBe('authenticated')
  })

  it.each([
    ['GET', 'POST'],
    ['DELETE', 'GET'],
    ['DELETE', 'POST'],
  ])(
    '[D1] is not passed by a method override (%s made of %s), in either direction',
    async (method, originalMethod) => {
      const forged = {
        method,
        originalMethod,
        url: '/',
        headers: {},
        rawHeaders: ['Cookie', cookie, 'Origin', 'https://evil.test'],
      }
      expect(verdict(await authenticator.authenticate(nodeRequestView(forged)))).toBe(
        '403 cross_site_rejected',
      )
      const own = { ...forged, rawHeaders: ['Cookie', cookie, 'Origin', OWN] }
      expect(verdict(await authenticator.authenticate(nodeRequestView(own)))).toBe('authenticated')
    },
  )

  it('never takes the own origin from Host or its like', async () => {
    for (const name of ['host', 'x-forwarded-host', 'forwarded', 'referer']) {
      const headers = { cookie, origin: 'https://evil.test', [name]: 'https://evil.test' }
      const said = verdict(await authenticator.authenticate(request(headers, { method: 'POST' })))
      expect(said).toBe('403 cross_site_rejected')
    }
    expect.assertions(4)
  })
})
