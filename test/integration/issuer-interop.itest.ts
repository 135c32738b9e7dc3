import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { mount } from '@countersign/express'
import { createIssuer, type SigningAlgorithm } from '@countersign/issuer'
import { memoryStore } from '@countersign/stores'
import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oauth from 'oauth4webapi'
import { afterEach, describe, expect, it } from 'vitest'

const AUDIENCE = 'https://api.example.com'
const ALGORITHMS: SigningAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']
const INPUT = {
  subject: 'user-1',
  audience: AUDIENCE,
  clientId: 'web',
  scope: ['orders:read'],
  roles: ['staff'],
}

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(async (server) => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }),
  )
})

/** An issuer that listens, at a path, as one of many tenants. */
async function start(algorithm: SigningAlgorithm) {
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = createIssuer({ issuer: `${origin}/tenants/a`, store: memoryStore(), algorithm })
  app.use(mount(issuer.routes()))
  const jwksUri = `${origin}/tenants/a/.well-known/jwks.json`
  return { issuer, jwksUri, token: (await issuer.accessToken(INPUT)).token }
}

/** The same token with another payload, for verifiers that would take anything. */
function tampered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
  return `${header}.${changed}.${signature}`
}

describe('our tokens and metadata, unchanged, are taken by', () => {
  it.each(ALGORITHMS)('[I-36] [I-37] jose, from the key set (%s)', async (algorithm) => {
    const { issuer, jwksUri, token } = await start(algorithm)
    const keys = createRemoteJWKSet(new URL(jwksUri))
    const options = { issuer: issuer.issuer, audience: AUDIENCE, typ: 'at+jwt', algorithms: [algorithm] }
    const { payload } = await jwtVerify(token, keys, options)
    expect(payload).toMatchObject({ sub: 'user-1', client_id: 'web', scope: 'orders:read', roles: ['staff'] })
    await expect(jwtVerify(tampered(token), keys, options)).rejects.toThrow('signature verification failed')
  })

  it.each(ALGORITHMS)('[I-36] oauth4webapi, from the metadata (%s)', async (algorithm) => {
    const { issuer, token } = await start(algorithm)
    // The test listens without TLS; that is all that is allowed here.
    const insecure = { [oauth.allowInsecureRequests]: true }
    const identifier = new URL(issuer.issuer)
    const found = await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...insecure })
    const server = await oauth.processDiscoveryResponse(identifier, found)
    expect(server).toEqual(issuer.metadata())
    const judge = (text: string) =>
      oauth.validateJwtAccessToken(
        server,
        new Request('https://api.example.com/orders', { headers: { authorization: `Bearer ${text}` } }),
        AUDIENCE,
        { ...insecure, signingAlgorithms: [algorithm === 'EdDSA' ? 'Ed25519' : algorithm, algorithm] },
      )
    expect(await judge(token)).toMatchObject({ sub: 'user-1', client_id: 'web', scope: 'orders:read' })
    await expect(judge(tampered(token))).rejects.toThrow(/signature/)
    const other = await issuer.sign({}, { typ: 'invoice+jwt', audience: AUDIENCE, subject: 'user-1' })
    await expect(judge(other.token)).rejects.toThrow(/"typ"/)
  })

  // PS256 is no algorithm of aws-jwt-verify's.
  it.each(['ES256', 'EdDSA', 'RS256'] as const)(
    'aws-jwt-verify, from the key set (%s)',
    async (algorithm) => {
      const { issuer, jwksUri, token } = await start(algorithm)
      // Its own fetcher speaks https alone.
      const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() }
      const verifier = JwtVerifier.create(
        { issuer: issuer.issuer, audience: AUDIENCE, jwksUri, scope: 'orders:read' },
        { jwksCache: new SimpleJwksCache({ fetcher }) },
      )
      expect(await verifier.verify(token)).toMatchObject({ sub: 'user-1', client_id: 'web' })
      await expect(verifier.verify(tampered(token))).rejects.toThrow('Invalid signature')
    },
  )
})
