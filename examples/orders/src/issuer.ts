import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** The audience of the orders API. */
const AUDIENCE = 'https://orders.example'

/** An issuer of access tokens with a key set on loopback, in place of an identity provider. */
export interface Issuer {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  token(subject: string, claims?: Record<string, unknown>): Promise<string>
  stop(): Promise<void>
}

export async function createIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }],
  })
  const server = createServer((_req, res) => res.setHeader('Content-Type', 'application/json').end(jwks))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    audience: AUDIENCE,
    jwksUri: `${issuer}/jwks`,
    token: (subject, claims = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime((claims['exp'] as number | undefined) ?? '5m')
        .sign(privateKey),
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
