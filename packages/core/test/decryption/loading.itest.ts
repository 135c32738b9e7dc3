import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** How many files of jose a process of its own, with Node's engine, loads while it runs these lines. */
function loadedBy(lines: string): number {
  const script = `
    import { registerHooks } from 'node:module'
    import { createRecipient, createSigner } from '@countersign/forge'
    let loaded = 0
    registerHooks({ load(url, context, next) { if (url.includes('/jose/')) loaded++; return next(url, context) } })
    const { createAuthenticator } = await import('@countersign/core')
    const signer = createSigner(), recipient = createRecipient()
    const options = { issuer: signer.issuer, audience: signer.audience, jwks: { keys: [signer.jwk] } }
    const decryption = { key: recipient.jwk, required: false }
    const resultOf = async (auth, token) => (await auth.authenticateToken(token)).type
    ${lines}
    console.log(loaded)`
  const args = ['--conditions=@countersign/source', '--input-type=module', '--eval', script]
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  return Number(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }).trim())
}

// In Node. The other engine imports its keys with jose from the start.
it('jose is loaded by the first encrypted token, and by nothing before', () => {
  expect(loadedBy(`await resultOf(createAuthenticator(options), signer.token())`)).toBe(0)
  expect(loadedBy(`await resultOf(createAuthenticator(options), recipient.encrypt(signer.token()))`)).toBe(0)
  expect(loadedBy(`await resultOf(createAuthenticator({ ...options, decryption }), signer.token())`)).toBe(0)
  const opening = `const auth = createAuthenticator({ ...options, decryption })
    if (await resultOf(auth, recipient.encrypt(signer.token())) !== 'authenticated') process.exit(1)`
  expect(loadedBy(opening)).toBeGreaterThan(0)
  expect(loadedBy(`await createAuthenticator({ ...options, decryption }).ready()`)).toBeGreaterThan(0)
})
