import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateOf } from '@countersign/forge'
import { chromiumLaunchOptions } from '@countersign/services'
import { createSessions, type Sessions } from '@countersign/sessions'
import { sqliteStore } from '@countersign/store-sqlite'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { createServer as createExpress } from '../../examples/spa/src/server/express.ts'
import { createServer as createNest } from '../../examples/spa/src/server/nest.ts'
import type { CreateServer } from '../../examples/spa/src/server/settings.ts'
import { vi } from 'vitest'
import { root } from '../docs/repository.ts'
import { createFront, type Front, type Seen } from './front.ts'

// A browser on a busy machine takes its time: nothing here waits for time to pass, only for what must happen.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** The servers that everything here is tried with. */
export const SERVERS: readonly (readonly [name: string, createServer: CreateServer])[] = [
  ['Express', createExpress],
  ['Nest', createNest],
]

export const ADA = { email: 'ada@example.com', password: 'analytical-engine' }
export const GRACE = { email: 'grace@example.com', password: 'first-compiler' }

/** The application over https on a host of its own, and what happened there. */
export interface App extends Pick<Front, 'seen' | 'between'> {
  readonly origin: string
  /** The same sessions, as another server would have them. */
  readonly sessions: Sessions
  readonly server: HttpsServer
  /** Requests to a path. */
  of(path: string): Seen[]
}

/** A browser, pages that mean harm, and applications. */
export interface World {
  readonly browser: Browser
  /** The same pages, on another site and on a sibling domain. */
  readonly hostile: Readonly<Record<'evil.test' | 'other.app.test', string>>
  start(
    createServer: CreateServer,
    options?: { expiresIn?: number; cooldown?: number; grace?: number },
  ): Promise<App>
  /** A person with a browser of one's own. It is closed with the world. */
  person(options?: BrowserContextOptions): Promise<BrowserContext>
  close(): Promise<void>
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
// Nobody verifies it: the browser is told to ignore that it cannot.
const tls = {
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  cert: certificateOf(publicKey, privateKey),
}

/** Builds the application and starts a browser. */
export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'spa-'))
  const files = join(folder, 'app')
  const closing: (() => Promise<unknown> | void)[] = [() => rmSync(folder, { recursive: true })]
  const spa = join(root, 'examples/spa')
  execFileSync(
    join(spa, 'node_modules/.bin/vite'),
    ['build', '--logLevel', 'warn', '--outDir', files, '--emptyOutDir'],
    {
      cwd: spa,
    },
  )

  const options = await chromiumLaunchOptions()
  const hosts = ['app.test', 'other.app.test', 'evil.test'].map((host) => `MAP ${host} 127.0.0.1`)
  const browser = await chromium.launch({
    ...options,
    args: [
      ...options.args,
      `--host-resolver-rules=${hosts.join(', ')}`,
      '--enable-features=BackForwardCache',
    ],
    // what it is for is tested here
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  closing.push(() => browser.close())

  /** Listens on a free port of this machine. */
  async function listen(listener?: RequestListener): Promise<{ server: HttpsServer; port: number }> {
    const server = createServer(tls, listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return { server, port: (server.address() as AddressInfo).port }
  }

  const { port: hostilePort } = await listen((_req, res) => {
    res
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><title>harmless</title><p>Nothing to see here.')
  })

  return {
    browser,
    hostile: {
      'evil.test': `https://evil.test:${hostilePort}`,
      'other.app.test': `https://other.app.test:${hostilePort}`,
    },
    async start(createApplication, { expiresIn = 60, ...times } = {}) {
      const { server, port } = await listen()
      const origin = `https://app.test:${port}`
      const secret = randomBytes(32).toString('base64url')
      const database = join(folder, `${port}.sqlite`)
      const application = await createApplication({
        origin,
        issuer: origin,
        expiresIn,
        secret,
        database,
        files,
        ...times,
      })
      const { listener, seen, between } = createFront(application.listener)
      server.on('request', listener)
      closing.push(application.close)
      const store = sqliteStore(database)
      closing.push(() => store.close())
      const sessions = createSessions({
        origin,
        issuer: origin,
        expiresIn,
        secrets: [secret],
        store,
        ...times,
      })
      return {
        origin,
        seen,
        between,
        sessions,
        server,
        of: (path) => seen.filter((one) => one.path === path),
      }
    },
    async person(contextOptions) {
      // Only without a window does Chromium call itself by another name.
      const userAgent = `Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36`
      const context = await browser.newContext({
        userAgent,
        ignoreHTTPSErrors: true,
        reducedMotion: 'reduce',
        ...contextOptions,
      })
      context.setDefaultTimeout(30_000)
      return context
    },
    async close() {
      for (const close of closing.toReversed()) await close()
    },
  }
}

/** Opens the application, and signs in by its form. */
export async function signIn(context: BrowserContext, { origin }: App, who = ADA): Promise<Page> {
  const page = await context.newPage()
  await page.goto(origin)
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: /^Hello/ }).waitFor()
  return page
}

/** A promise, and what settles it. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { passed, open }
}
