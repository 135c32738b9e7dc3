import { createAuthenticator, type Authenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner, fakeClock, type FakeClock, type Signer, type SignerOptions } from '@countersign/forge'
import { fakeKeyServer, type FakeKeyServer } from './fake-key-server.ts'
import { base, resultOf } from './authenticate.ts'

/** An issuer with a key server, and an authenticator that fetches its keys; all on one clock that the test moves. */
export interface RemoteScene {
  readonly clock: FakeClock
  readonly server: FakeKeyServer
  readonly authenticator: Authenticator
  readonly signer: Signer
  /** Another key of the same issuer. */
  signerFor(options: SignerOptions): Signer
  /** The verdict on a fresh token of this signer. */
  resultOf(signer?: Signer, header?: Record<string, unknown>): Promise<string>
}

export function remoteScene(options: Partial<AuthenticatorOptions> = {}): RemoteScene {
  const clock = fakeClock()
  const signerFor = (more: SignerOptions): Signer => createSigner({ now: clock.now, ...more })
  const signer = signerFor({ alg: 'ES256', kid: 'k1' })
  const server = fakeKeyServer(signer.jwk)
  const authenticator = createAuthenticator({
    ...base,
    jwksUri: 'https://idp.test/jwks',
    fetch: server.fetch,
    now: clock.now,
    ...options,
  })
  return {
    clock,
    server,
    authenticator,
    signer,
    signerFor,
    resultOf: (by = signer, header = {}) => resultOf(authenticator, by.token({}, header)),
  }
}
