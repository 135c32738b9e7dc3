import type { AuthenticatorOptions } from '@countersign/core'
import { OptionError } from '@countersign/core/toolkit'
import { issuerResponder, startIssuerServer } from './issuer-server.ts'
import type { TestIssuerSettings } from './options.ts'
import { createOutage, type OutageKind } from './outage.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'

/** Options for `jwtAuth()` to accept the tokens of a test issuer. */
export type TestVerification = Readonly<
  Pick<AuthenticatorOptions, 'issuer' | 'audience' | 'key' | 'secret' | 'jwksUri' | 'algorithms' | 'now'>
>

/** The keys of a test issuer, and how a server under test gets them. */
export interface KeyAccess {
  readonly keys: SigningKeys
  readonly jwksUri: string | undefined
  /** Options of a server, besides issuer and audience. */
  readonly verification: Pick<TestVerification, 'key' | 'secret' | 'jwksUri' | 'algorithms'>
  readonly requests: () => number
  readonly goOffline: (kind: OutageKind) => Promise<void>
  readonly goOnline: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Makes the keys, and gives access to them as the options require. */
export async function openKeyAccess(settings: TestIssuerSettings): Promise<KeyAccess> {
  if (settings.algorithm === 'HS256') return bySecret(settings)
  return settings.port === undefined ? inMemory(settings) : overHttp(settings, settings.port)
}

/** The issuer's name if it does not listen. */
const DEFAULT_ISSUER = 'https://idp.test'

async function bySecret({ issuer = DEFAULT_ISSUER, ...settings }: TestIssuerSettings): Promise<KeyAccess> {
  const keys = await createSigningKeys({ ...settings, issuer })
  const { secret } = await keys.active()
  return {
    keys,
    jwksUri: undefined,
    verification: { secret: secret!, algorithms: ['HS256'] },
    requests: () => 0,
    async goOffline() {
      throw new OptionError(
        'algorithm',
        'is HS256: the server has the secret, so an outage has no effect. Use another algorithm in this test',
      )
    },
    async goOnline() {},
    async close() {},
  }
}

async function inMemory({ issuer = DEFAULT_ISSUER, ...settings }: TestIssuerSettings): Promise<KeyAccess> {
  const keys = await createSigningKeys({ ...settings, issuer })
  const outage = createOutage()
  let requests = 0
  return {
    keys,
    jwksUri: keys.issuer().metadata().jwks_uri,
    verification: {
      async key({ kid }) {
        requests++
        await outage.passed()
        if (outage.kind() !== undefined) throw new Error('countersign: the test issuer is offline')
        const found = (await keys.issuer().jwks()).keys.find((key) => key.kid === kid)
        return found && { ...found }
      },
    },
    requests: () => requests,
    goOffline: async (kind) => outage.begin(kind),
    goOnline: async () => outage.end(),
    close: async () => outage.end(),
  }
}

async function overHttp(settings: TestIssuerSettings, port: number): Promise<KeyAccess> {
  const server = await startIssuerServer(port)
  try {
    const keys = await createSigningKeys({ ...settings, issuer: settings.issuer ?? server.origin })
    const { pathname } = new URL(keys.issuer().metadata().jwks_uri!)
    const jwksUri = server.origin + pathname
    const outage = createOutage()
    let requests = 0
    server.serve(
      issuerResponder(keys.issuer, outage, (path) => {
        if (path === pathname) requests++
      }),
    )
    return {
      keys,
      jwksUri,
      // an issuer with another name cannot be discovered at its address
      verification: settings.issuer === undefined ? {} : { jwksUri },
      requests: () => requests,
      async goOffline(kind) {
        outage.begin(kind)
        await (kind === 'refuse' ? server.stop() : server.start())
      },
      async goOnline() {
        outage.end()
        await server.start()
      },
      close: server.stop,
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
