// oxlint-disable typescript/no-redundant-type-constituents -- the linter sees the file without a declaration
/** What an application sees of claims that it declared once; compiled with each of the declarations beside. */
import { createAuthenticator, type Principal } from '@countersign/core'
import { jwtAuth } from '@countersign/express'
import '@countersign/express/global'
import type { Request } from 'express'
import { expectTypeOf } from 'vitest'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test' }

export function handler(req: Request): void {
  expectTypeOf(req.auth).toEqualTypeOf<Principal | undefined>()
  expectTypeOf(req.auth?.claims.org).toEqualTypeOf<string | undefined>()
  expectTypeOf(jwtAuth(options).of(req).claims.org).toEqualTypeOf<string>()
  expectTypeOf(jwtAuth(options).of(req).claims.sub).toEqualTypeOf<string>()
  // @ts-expect-error nobody declared this claim
  expectTypeOf(req.auth?.claims.tenant).toBeString()
}

export async function judge(token: string): Promise<void> {
  const outcome = await createAuthenticator(options).authenticateToken(token)
  if (outcome.type === 'authenticated') expectTypeOf(outcome.principal.claims.org).toEqualTypeOf<string>()
}
