import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createTestIssuer, type TestIssuer, type TestIssuerOptions } from '@countersign/testing'
import { onTestFinished } from 'vitest'

/** A test issuer until the test is over. */
export async function openIssuer(options?: TestIssuerOptions): Promise<TestIssuer> {
  const idp = await createTestIssuer(options)
  onTestFinished(() => idp.close())
  return idp
}

/** How a server that trusts the issuer judges tokens: the code of the refusal, or the subject. */
export function judgeOf(
  idp: TestIssuer,
  more: Partial<AuthenticatorOptions> = {},
): (token: string) => Promise<string> {
  const authenticator = createAuthenticator({ ...idp.options, ...more })
  return async (token) => {
    const outcome = await authenticator.authenticateToken(token)
    if (outcome.type === 'anonymous') throw new Error('a token is never nobody')
    return outcome.type === 'refused' ? outcome.refusal.body.code : outcome.principal.subject
  }
}

/** A segment of a token, read. */
export function partOf(token: string, index: 0 | 1): Record<string, unknown> {
  const text = Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8')
  return JSON.parse(text) as Record<string, unknown>
}
