import { currentPrincipal } from '@countersign/core'
import { createAdapter, fillHolder, runInHolder, type Pass } from '@countersign/core/adapter'
import { createSigner } from '@countersign/forge'
import { beforeAll, describe, expect, it } from 'vitest'
import { base, bearer } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'ES256' })
const options = { ...base, jwks: { keys: [signer.jwk] } }
const passOf = async (adapter: ReturnType<typeof createAdapter>, request: object, sub: string) =>
  (await adapter.authenticate(request, bearer(signer.token({ sub })))) as Pass
const subject = () => currentPrincipal()?.subject

it('without an adapter that asks for it nothing is followed', async () => {
  const { proceed } = await passOf(createAdapter(options), {}, 'ada')
  expect(proceed(subject)).toBeUndefined()
  expect(fillHolder({}, undefined)).toBe(false)
})

describe('the current principal', () => {
  let adapter: ReturnType<typeof createAdapter>
  beforeAll(() => void (adapter = createAdapter({ ...options, currentPrincipal: true })))

  it('is there in all code that comes next, and only there', async () => {
    const { proceed } = await passOf(adapter, {}, 'ada')
    expect(proceed(subject)).toBe('ada')
    expect(await proceed(async () => new Promise(setImmediate).then(subject))).toBe('ada')
    expect(subject()).toBeUndefined()
  })

  it('is that of its own request, where one is made from within another', async () => {
    const outer = await passOf(adapter, {}, 'ada')
    await outer.proceed(async () => {
      const inner = await passOf(adapter, {}, 'bob')
      expect(inner.proceed(subject)).toBe('bob')
      expect(subject()).toBe('ada')
    })
  })

  it('is known to code that ran before, where a guard fills the holder of the request', async () => {
    const request = {}
    const pass = await passOf(adapter, request, 'ada')
    runInHolder(request, undefined, () => {
      expect(subject()).toBeUndefined()
      expect(fillHolder(request, pass.principal)).toBe(true)
      expect(subject()).toBe('ada')
      expect(fillHolder({}, undefined)).toBe(false)
      expect(subject()).toBe('ada')
    })
  })
})
