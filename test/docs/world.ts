import { createSigner, type Signer } from '@countersign/forge'
import { once } from 'node:events'
import { Server, type AddressInfo } from 'node:net'
import { vi } from 'vitest'

/** The issuer of all snippets, which exists only here. */
export const idp: Signer = createSigner({
  issuer: 'https://idp.example.com',
  audience: 'https://api.example.com',
})

/** Answers in place of an issuer, whatever its address: its metadata, and its key set under any other path. */
export function answerFor(signer: Signer, url: URL): Response {
  if (!url.pathname.includes('/.well-known/')) return Response.json({ keys: [signer.jwk] })
  return Response.json({ issuer: signer.issuer, jwks_uri: new URL('/keys', url).href })
}

/** A snippet that listens, and how it is asked. */
export interface Running {
  /** Host and port. */
  readonly host: string
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, headers?: Record<string, string>, body?: string): Promise<Response>
}

const servers: Server[] = []

/**
 * Lets the snippets run as they stand: the issuer that they name answers, and the port that they name, 3000, is any
 * free one.
 */
export function makeWorld(): void {
  const realFetch = globalThis.fetch
  vi.stubGlobal('fetch', async (input: string | URL, init?: RequestInit) => {
    const url = new URL(input)
    return url.hostname === 'idp.example.com' ? answerFor(idp, url) : realFetch(input, init)
  })
  const listen = Reflect.get(Server.prototype, 'listen')
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function listenAnywhere(
    this: Server,
    ...given: unknown[]
  ) {
    servers.push(this)
    const callbacks = given.filter((argument) => typeof argument === 'function')
    return Reflect.apply(listen, this, [0, '127.0.0.1', ...callbacks])
  })
}

/** Ends what makeWorld() began. */
export async function endWorld(): Promise<void> {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all(
    servers.splice(0).map(async (server) => {
      const closed = once(server, 'close')
      server.close()
      await closed
    }),
  )
}

/** Runs a snippet until it listens. */
export async function run(load: () => Promise<unknown>): Promise<Running> {
  vi.resetModules()
  await load()
  const server = servers.at(-1)
  if (server === undefined) throw new Error('the snippet does not listen')
  if (!server.listening) await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask =
    (method: string) =>
    (path: string, headers: Record<string, string> = {}, body?: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { connection: 'close', ...headers },
        ...(body === undefined ? undefined : { body }),
      })
  return { host: `127.0.0.1:${port}`, get: ask('GET'), post: ask('POST') }
}

/** The header that carries a good token with these claims. */
export function bearer(claims: Record<string, unknown> = {}): { authorization: string } {
  return { authorization: `Bearer ${idp.token(claims)}` }
}

/** The cookie that carries one. */
export function cookie(claims: Record<string, unknown> = {}): { cookie: string } {
  return { cookie: `__Host-access=${idp.token(claims)}` }
}

export async function codeOf(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code?: string }
  return `${response.status} ${code}`
}
