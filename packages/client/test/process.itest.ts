import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { BASE, ORIGIN } from './fake-server.ts'

// An integration test, since the unit tests also run on Node 20, which cannot run sources in TypeScript.
describe('a process that made a session', () => {
  const run = promisify(execFile)
  const script = (act: string) => `
    globalThis.location = { href: '${ORIGIN}/', origin: '${ORIGIN}' }
    globalThis.document = { visibilityState: 'visible' }
    const { createSession } = await import('@countersign/client')
    const session = createSession({ base: '${BASE}', keepAlive: true, platform: { fetch: async () => Response.json({
      sessionId: 's', subject: 'ada', generation: 0, expiresAt: Date.now() + 600_000, now: Date.now() }) } })
    ${act}`

  it.each(['', 'await session.ready()', 'await session.ready(); session.onChange(() => undefined)'])(
    'as tests of pages do, ends by itself: %s',
    async (act) => {
      const node = ['--conditions=@countersign/source', '--input-type=module', '--eval', script(act)]
      const ended = run(process.execPath, node, { cwd: import.meta.dirname, timeout: 20_000 })
      await expect(ended).resolves.toMatchObject({ stdout: '', stderr: '' })
    },
  )
})
