import { memoryStore } from '@countersign/stores'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { expect, it } from 'vitest'

const url = 'https://app.test'
const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
const now = (): number => Date.UTC(2026, 0, 1)

async function lifetime(options: Partial<Parameters<typeof createSessions>[0]>): Promise<number> {
  const sessions = createSessions({ issuer: url, store: memoryStore({ now }), secrets, now, ...options })
  const { accessTokenExpiresAt } = await sessions.start({ subject: 'user-1' })
  return (accessTokenExpiresAt - now()) / 1_000
}

it('access tokens live for expiresIn, up to 5 % less, whoever signs them', async () => {
  const issuer = createIssuer({
    issuer: url,
    audience: url,
    clientId: 'web',
    store: memoryStore({ now }),
    now,
  })
  for (const options of [{}, { issuer }]) {
    expect(await lifetime({ ...options, expiresIn: 100 })).toSatisfy(
      (life: number) => life >= 95 && life <= 100,
    )
    expect(await lifetime(options)).toSatisfy((life: number) => life >= 570 && life <= 600)
  }
})

it('access tokens do not outlive their session', async () => {
  expect(await lifetime({ expiresIn: 600, idleTimeout: 60 })).toBeLessThanOrEqual(60)
})
