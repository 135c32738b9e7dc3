// What the README and the guide show, as it stands there.
import { createAuthenticator, optionsFromEnv } from '@countersign/core'
import { createTestIssuer, fakeClock } from '@countersign/testing'
import { expect, onTestFinished, test } from 'vitest'

test('raw tokens look as those of any issuer', async () => {
  const idp = await createTestIssuer()
  const { authenticateToken } = createAuthenticator({
    ...idp.options,
    rolesFrom: [['realm_access', 'roles']],
  })
  // #region raw
  const token = await idp.raw({
    header: { typ: 'JWT' },
    payload: { azp: 'shop-web', realm_access: { roles: ['staff'] }, client_id: undefined },
  })
  // #endregion
  expect(await authenticateToken(token)).toMatchObject({ principal: { roles: ['staff'] } })
})

test('an application that reads its environment takes the tokens', async () => {
  await using idp = await createTestIssuer({ listen: true })
  const before = { ...process.env }
  onTestFinished(() => {
    process.env = before
  })
  // #region env
  Object.assign(process.env, await idp.env())
  // #endregion
  const { authenticateToken } = createAuthenticator(optionsFromEnv())
  expect(await authenticateToken(await idp.token())).toMatchObject({ type: 'authenticated' })
})

// #region outage
test('an outage of the issuer is 503, never 401', async () => {
  const clock = fakeClock()
  await using idp = await createTestIssuer({ listen: true, clock }) // found by discovery, on 127.0.0.1
  const authenticator = createAuthenticator({ ...idp.options })
  const token = await idp.token({ expiresIn: 86_400 })
  expect(await authenticator.authenticateToken(token)).toMatchObject({ type: 'authenticated' })

  await idp.goOffline() // or goOffline('error'), which answers 503, or goOffline('hang')
  clock.advance(600) // keys are due, and serve for another hour
  expect(await authenticator.authenticateToken(token)).toMatchObject({ type: 'authenticated' })
  clock.advance(3_600)
  expect(await authenticator.authenticateToken(token)).toMatchObject({ refusal: { status: 503 } })

  await idp.goOnline()
  clock.advance(30)
  expect(await authenticator.authenticateToken(token)).toMatchObject({ type: 'authenticated' })
})
// #endregion

// #region rotation
test('tokens of the old key are good while it is published', async () => {
  const idp = await createTestIssuer()
  const authenticator = createAuthenticator({ ...idp.options })
  const old = await idp.token()
  await idp.rotateKeys()
  const fresh = await idp.token() // a new key signed it
  expect(await authenticator.authenticateToken(old)).toMatchObject({ type: 'authenticated' })
  expect(await authenticator.authenticateToken(fresh)).toMatchObject({ type: 'authenticated' })

  await idp.removeOldKeys()
  expect(await authenticator.authenticateToken(old)).toMatchObject({ type: 'refused' })
})
// #endregion
