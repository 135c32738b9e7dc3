import 'reflect-metadata'
import { createSigner, fakeClock } from '@countersign/forge'
import type { AuthenticatorOptions } from '@countersign/nest'
import type { INestApplication, ModuleMetadata } from '@nestjs/common'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { onTestFinished } from 'vitest'

export const clock = fakeClock()
export const signer = createSigner({ now: clock.now })

/** A policy that takes the signer's tokens. */
export const options = {
  issuer: signer.issuer,
  audience: signer.audience,
  publicKey: signer.pem,
  now: clock.now,
} satisfies AuthenticatorOptions

/** Headers with a good token of these claims. */
export function bearer(claims?: Record<string, unknown>): { authorization: string } {
  return { authorization: `Bearer ${signer.token(claims)}` }
}

export type Platform = () => ExpressAdapter | FastifyAdapter

/** The platforms that are supported, for `describe.each`. */
export const platforms: readonly (readonly [name: string, platform: Platform])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
]

export interface RunningApp {
  readonly app: INestApplication
  readonly port: number
  ask(path: string, init?: RequestInit): Promise<Response>
}

/** Serves an application until the test is over; answers how to ask it. */
export async function serve(
  platform: Platform,
  metadata: ModuleMetadata,
  configure: (app: INestApplication) => unknown = () => undefined,
): Promise<RunningApp> {
  const module = await Test.createTestingModule(metadata).compile()
  // both adapters are taken; the declaration names only the abstract one
  const app = module.createNestApplication(platform() as ExpressAdapter, { logger: false })
  await configure(app)
  await app.listen(0, '127.0.0.1')
  onTestFinished(() => app.close())
  const url = await app.getUrl()
  return {
    app,
    port: Number(new URL(url).port),
    ask: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
  }
}

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type')?.startsWith('application/problem+json')
    ? (JSON.parse(text) as { code: string }).code
    : text
}
