import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** What the compiler says of a project in register/. Each is a program of its own: a declaration is seen by all of one. */
function compile(project: string): Promise<string> {
  const folder = fileURLToPath(new URL(`register/${project}`, import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder], (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

describe('claims that an application declares once, by interface Register', { timeout: 60_000 }, () => {
  it.each(['core', 'express'])(
    'type req.auth and of(), when declared in @countersign/%s',
    async (project) => {
      expect(await compile(project)).toBe('')
    },
  )

  it('are unknown where nobody declared them, so the compiler does look', async () => {
    const errors = await compile('nowhere')
    expect(errors).toContain('uses.ts')
    expect(errors.match(/error TS\d+/g)?.length).toBeGreaterThanOrEqual(3)
  })
})
