import { createAuthenticator, type RequestView } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it, vi } from 'vitest'
import { base, bearer, request, verdict } from './support/authenticate.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const app = 'https://app.test'

/** The ways in which a token comes: each twice as often as it takes to be remembered. */
const ways: Record<string, (token: string) => RequestView | undefined> = {
  'by header': bearer,
  'by cookie': (token) => request({ cookie: `__Host-access=${token}` }),
  'by query': (token) => request({}, { url: `/?token=${token}` }),
  'by no request': () => undefined,
}

describe('a token with cnf', () => {
  it.each(Object.keys(ways))('[C10] is refused %s, remembered or not', async (way) => {
    const asked = vi.fn<() => boolean>(() => false)
    const authenticator = createAuthenticator({
      ...base,
      jwks: { keys: [signer.jwk] },
      cookie: true,
      origin: app,
      dangerouslyReadQuery: 'token',
      isRevoked: asked,
    })
    const token = signer.token({ cnf: { jkt: 'x' } })
    for (let i = 0; i < 4; i++) {
      const view = ways[way]!(token)
      const outcome = view
        ? await authenticator.authenticate(view)
        : await authenticator.authenticateToken(token)
      expect(verdict(outcome)).toBe('401 binding_missing')
    }
    expect(asked).not.toHaveBeenCalled()
  })

  it('[C10] is refused by one way after another, whatever is remembered of it', async () => {
    const authenticator = createAuthenticator({
      ...base,
      jwks: { keys: [signer.jwk] },
      cookie: true,
      origin: app,
    })
    const token = signer.token({ cnf: { jkt: 'x' } })
    for (let i = 0; i < 3; i++) {
      expect(verdict(await authenticator.authenticate(bearer(token)))).toBe('401 binding_missing')
      const cookie = request({ cookie: `__Host-access=${token}` })
      expect(verdict(await authenticator.authenticate(cookie))).toBe('401 binding_missing')
      expect(verdict(await authenticator.authenticateToken(token))).toBe('401 binding_missing')
    }
  })
})
