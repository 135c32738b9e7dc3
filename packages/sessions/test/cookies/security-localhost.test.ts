import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { expect, it } from 'vitest'
import { createApp, SECRET } from '../support/routes.ts'

const APP = 'https://app.example.com'
const LOCAL = 'http://localhost:3000'

// NODE_ENV is what many a server forgets to set: the origin says as well where it is.
it.each([APP, [LOCAL, APP], 'https://192.0.2.1'])(
  '[I-25] the pages of another machine (%s) get no cookies that lack Secure and the prefix',
  (origin) => {
    const options: AuthenticatorOptions = { issuer: APP, audience: APP, secret: SECRET, cookie: 'access' }
    expect(() => createAuthenticator({ ...options, origin, insecureLocalhost: true })).toThrow(
      /insecureLocalhost.*this machine/,
    )
    expect(() => createApp({}, { origin, insecureLocalhost: true })).toThrow(
      /insecureLocalhost.*this machine/,
    )
  },
)

it.each([LOCAL, 'https://localhost', 'http://127.0.0.1:8080', 'http://[::1]:3000'])(
  'those of this one may (%s), whoever else is allowed to act',
  (origin) => {
    expect(() => createApp({}, { origin, insecureLocalhost: true, allowedOrigins: [APP] })).not.toThrow()
  },
)
