import { createSession, type Channel } from '@countersign/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBrowser } from './fake-browser.ts'
import { ORIGIN } from './fake-server.ts'

afterEach(() => vi.unstubAllGlobals())

function insecure(): never {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

const channel = (parts: Partial<Channel>): Channel => ({
  addEventListener: () => undefined,
  postMessage: () => undefined,
  close: () => undefined,
  ...parts,
})

describe('where the browser refuses a channel, each tab works alone:', () => {
  it.each<[string, () => Channel]>([
    ['it cannot be opened', insecure],
    ['it cannot be listened to', () => channel({ addEventListener: insecure })],
    ['it cannot be posted to', () => channel({ postMessage: insecure })],
  ])('%s', async (_, open) => {
    const browser = createBrowser()
    const tab = browser.open({ channel: open })
    await tab.login({ name: 'ada', password: 'right' })
    expect((await tab.fetch(`${ORIGIN}/api/orders`, { method: 'POST' })).status).toBe(200)
    await tab.logout()
    expect(tab.status).toBe('signed-out')
    tab.close()
  })

  it('as a global that throws', () => {
    vi.stubGlobal('location', new URL(`${ORIGIN}/page`))
    vi.stubGlobal('BroadcastChannel', insecure)
    expect(createSession({ base: '/auth' }).status).toBe('unknown')
  })
})

describe('where the browser refuses locks', () => {
  it('as a request that is rejected, work goes on', async () => {
    const browser = createBrowser()
    const tab = browser.open({ locks: { request: async () => insecure() } })
    await tab.login({ name: 'ada', password: 'right' })
    await tab.renew()
    expect(tab.user?.name).toBe('ada')
  })

  it('as a property that throws, a session can be made', () => {
    vi.stubGlobal('location', new URL(`${ORIGIN}/page`))
    vi.stubGlobal('navigator', Object.defineProperty({}, 'locks', { get: insecure }))
    expect(createSession({ base: '/auth', platform: { channel: null } }).status).toBe('unknown')
  })
})

it.each([
  ['/orders', `${ORIGIN}/orders`],
  ['orders', `${ORIGIN}/deep/orders`],
  [`${ORIGIN}/orders`, `${ORIGIN}/orders`],
])(
  'an address of the page is made whole where `Request` knows no page, as in Vitest’s jsdom: %s',
  async (input, url) => {
    vi.stubGlobal('location', new URL(`${ORIGIN}/page`))
    vi.stubGlobal('document', { baseURI: `${ORIGIN}/deep/page` })
    const browser = createBrowser()
    await browser.open().fetch(input)
    expect(browser.server.requests[0]?.url).toBe(url)
  },
)

describe('options', () => {
  it.each([{ bse: '/auth' }, { base: '/auth', keepalive: true }, { base: '/auth', time_out: 5 }])(
    'that do not exist are rejected by name: %j',
    (options) => {
      const name = Object.keys(options).at(-1)
      expect(() => createSession(options as never)).toThrow(
        new TypeError(`countersign: option "${name}" does not exist`),
      )
    },
  )
})
