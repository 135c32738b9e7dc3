// A real OpenID provider on loopback: oidc-provider, in memory, up in a third of a second. Its access tokens are
// RFC 9068 JWTs, got by client credentials with a resource indicator (RFC 8707).
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider, type AsymmetricSigningAlgorithm, type JWK } from 'oidc-provider'

const algorithms = ['ES256', 'RS256', 'Ed25519'] as const
export type IdpAlgorithm = (typeof algorithms)[number]

export interface IdpOptions {
  /** The algorithm that signs the tokens of a resource, by the resource's identifier; ES256 where none is given. */
  algorithms?: Readonly<Record<string, IdpAlgorithm>>
  /** The scopes a token can be given. Default: `orders:read` and `orders:write`. */
  scopes?: readonly string[]
  /** The `roles` claim of every access token. Default: `reader`. */
  roles?: readonly string[]
  /** Seconds an access token lives. Default: 300. */
  lifetime?: number
}

export interface AccessTokenRequest {
  /** The resource, which becomes the audience: an absolute URI. */
  resource: string
  /** Scopes, parted by spaces. Default: none. */
  scope?: string
}

export interface Idp {
  readonly issuer: string
  readonly jwksUri: string
  /** How often the key set was asked for. */
  readonly keySetRequests: number
  /** A token for the client `service`, whose subject is the client itself. */
  accessToken(request: AccessTokenRequest): Promise<string>
  /** Signs with new keys from now on. The old ones stay published, last, unless `dropOld`. */
  rotate(options?: { dropOld?: boolean }): Promise<void>
  /** Ends every connection and frees the port: the provider is down. */
  stop(): Promise<void>
  /** Up again on the same port, with the same keys. */
  start(): Promise<void>
}

const client = { id: 'service', secret: 'a-secret-that-only-the-tests-know' }

/** Starts a provider on a free port of 127.0.0.1. The caller stops it. */
export async function startIdp(options: IdpOptions = {}): Promise<Idp> {
  let generation = 1
  let keys = await newKeys(generation)
  let keySetRequests = 0
  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  let answer = provider(issuer, keys, options)

  async function listen(onPort: number): Promise<Server> {
    const listening = createServer((req, res) => {
      if (req.url === '/jwks') keySetRequests++
      void answer(req, res)
    }).listen(onPort, '127.0.0.1')
    await once(listening, 'listening')
    return listening
  }

  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    get keySetRequests() {
      return keySetRequests
    },
    async accessToken({ resource, scope = '' }) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
      })
      const body = (await response.json()) as { access_token?: string }
      if (!body.access_token) throw new Error(`the provider issued no token: ${JSON.stringify(body)}`)
      return body.access_token
    },
    async rotate({ dropOld = false } = {}) {
      const fresh = await newKeys(++generation)
      // the provider signs with the first key that fits
      keys = dropOld ? fresh : [...fresh, ...keys]
      answer = provider(issuer, keys, options)
    },
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    async start() {
      if (!server.listening) server = await listen(port)
    },
  }
}

async function newKeys(generation: number): Promise<JWK[]> {
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      const jwk = await exportJWK(privateKey)
      return { ...jwk, kid: `${alg}-${generation}`.toLowerCase(), use: 'sig', alg }
    }),
  )
}

/** oidc-provider takes its keys when it is made, so a rotation makes a new one. */
function provider(
  issuer: string,
  keys: JWK[],
  {
    algorithms: byResource = {},
    scopes = ['orders:read', 'orders:write'],
    roles = ['reader'],
    lifetime = 300,
  }: IdpOptions,
): ReturnType<Provider['callback']> {
  const made = new Provider(issuer, {
    adapter: NoStore,
    jwks: { keys },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    scopes: [...scopes],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          audience: resource,
          scope: scopes.join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetime,
          jwt: { sign: { alg: (byResource[resource] ?? 'ES256') as AsymmetricSigningAlgorithm } },
        }),
      },
    },
    ttl: { ClientCredentials: lifetime },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'Ed25519'] as AsymmetricSigningAlgorithm[] },
    extraTokenClaims: () => ({ roles: [...roles] }),
  })
  made.on('server_error', (_context, error) => {
    console.error('identity provider:', error)
  })
  return made.callback()
}

/** Nothing here outlives its request (access tokens are JWTs), so nothing is kept. The default one warns at each start. */
class NoStore {
  upsert = async (): Promise<undefined> => undefined
  find = async (): Promise<undefined> => undefined
  findByUserCode = async (): Promise<undefined> => undefined
  findByUid = async (): Promise<undefined> => undefined
  consume = async (): Promise<undefined> => undefined
  destroy = async (): Promise<undefined> => undefined
  revokeByGrantId = async (): Promise<undefined> => undefined
}
