import 'reflect-metadata'
import type { INestApplication, ModuleMetadata } from '@nestjs/common'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { onTestFinished, vi } from 'vitest'
import { askAt, clock, type Ask } from '../../../../test/support/adapters.ts'

/**
 * Takes the timers of this process into the test's hand until it is over. What it answers lets so many seconds pass, for
 * the clock and for them, whatever the machine does meanwhile. They go on by themselves, too, since clients need them;
 * the clock does not, and who waits for a time goes by the clock.
 */
export function holdTimers(): (seconds: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  onTestFinished(() => void vi.useRealTimers())
  return (seconds) => {
    clock.advance(seconds)
    vi.advanceTimersByTime(seconds * 1_000)
  }
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
  readonly ask: Ask
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
    ask: askAt(url),
  }
}
