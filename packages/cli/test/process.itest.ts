import { exec } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { importOwnPackage } from '../src/packages.ts'
import {
  AUDIENCE,
  eachTestHasAFolder,
  folder,
  ISSUER,
  keysOf,
  PASSPHRASE,
  RING,
  run,
  spawnCommand,
} from './support.ts'

eachTestHasAFolder()

describe('the command as a process', { timeout: 60_000 }, () => {
  it('[I-39] 20 that rotate one ring of files at once make one next key', async () => {
    await run(['keys', 'generate', ...RING], { now: Date.now })
    const all = await Promise.all(
      Array.from({ length: 20 }, () => spawnCommand(['keys', 'rotate', ...RING, '--json'])),
    )
    expect(all.map(({ code }) => code)).toEqual(all.map(() => 0))
    const kids = new Set(all.map(({ stdout }) => (JSON.parse(stdout) as { kid: string }).kid))
    expect(kids.size).toBe(1)
    expect((await keysOf(RING, { now: Date.now })).map(({ kid, state }) => [state, kids.has(kid)])).toEqual([
      ['active', false],
      ['next', true],
    ])
  })

  it('keeps an encrypted ring in files, and pipes a token from one command to another', async () => {
    const ring = ['--issuer', ISSUER, '--store', 'file:./keys']
    const env = { COUNTERSIGN_PASSPHRASE: PASSPHRASE }
    expect(await spawnCommand(['keys', 'generate', ...ring], { env })).toMatchObject({ code: 0, stderr: '' })
    const minted = await spawnCommand(['token', 'mint', ...ring, '--subject', 'u', '--audience', AUDIENCE], {
      env,
    })
    expect(minted.code).toBe(0)
    const shown = await spawnCommand(['inspect'], { stdin: minted.stdout })
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain('"sub": "u"')
    expect(await spawnCommand(['inspect'], { stdin: 'nothing' })).toMatchObject({ code: 2, stdout: '' })
  })

  it('keeps everything in SQLite', async () => {
    const store = ['--store', 'sqlite:./app.db']
    const ring = ['--issuer', ISSUER, ...store]
    const env = { COUNTERSIGN_KEY_PASSPHRASE: PASSPHRASE, COUNTERSIGN_STORE: 'sqlite:./app.db' }
    const early = await spawnCommand(['keys', 'list', ...ring])
    expect(early).toMatchObject({ code: 1, stdout: '' })
    expect(early.stderr).toContain('countersign store init')
    const ready = { code: 0, stdout: '{\n  "store": "sqlite",\n  "ready": true\n}\n' }
    expect(await spawnCommand(['store', 'init', ...store, '--json'])).toMatchObject(ready)
    expect(await spawnCommand(['store', 'init', '--json'], { env })).toMatchObject(ready)
    const plain = await spawnCommand(['keys', 'generate', ...ring])
    expect(plain.code).toBe(2)
    expect(plain.stderr).toContain('set COUNTERSIGN_KEY_PASSPHRASE')
    expect((await spawnCommand(['keys', 'generate', ...ring], { env })).code).toBe(0)
    const other = await spawnCommand(['keys', 'rotate', ...ring], {
      env: { COUNTERSIGN_KEY_PASSPHRASE: 'another passphrase altogether' },
    })
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toContain('is COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY right?')
    expect((await spawnCommand(['keys', 'rotate', ...ring, '--unencrypted'])).code).toBe(1)
    expect((await spawnCommand(['keys', 'rotate', ...ring], { env })).code).toBe(0)
    const list = await spawnCommand(['keys', 'list', '--issuer', ISSUER, '--json'], { env })
    expect(JSON.parse(list.stdout)).toMatchObject([{ state: 'active' }, { state: 'next' }])
    expect(await spawnCommand(['store', 'prune', ...store, '--json'])).toMatchObject({
      code: 0,
      stdout: '{\n  "deleted": 0\n}\n',
    })
  })

  it('refuses an unencrypted ring where a passphrase is set, and says how to replace it', async () => {
    const store = ['--store', 'sqlite:./app.db']
    await spawnCommand(['store', 'init', ...store])
    await spawnCommand(['keys', 'generate', '--issuer', ISSUER, ...store, '--unencrypted'])
    const env = { COUNTERSIGN_KEY_PASSPHRASE: PASSPHRASE }
    const ring = ['--issuer', ISSUER, ...store]
    const { code, stdout, stderr } = await spawnCommand(['keys', 'rotate', ...ring], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('`countersign keys generate --replace` replaces it by a new one')
    expect((await spawnCommand(['keys', 'generate', ...ring, '--replace', '--yes'], { env })).code).toBe(0)
    expect((await spawnCommand(['keys', 'rotate', ...ring], { env })).code).toBe(0)
  })

  it('ends with 3 where a store cannot be used', async () => {
    mkdirSync(join(folder.path, 'folder.db'))
    const sqlite = await spawnCommand(['store', 'init', '--store', 'sqlite:./folder.db'])
    expect(sqlite).toMatchObject({ code: 3, stdout: '' })
    expect(sqlite.stderr).toContain('countersign: the SQLite store is unavailable: ')
    const project = fileURLToPath(new URL('../../store-postgres', import.meta.url))
    const postgres = await spawnCommand(['store', 'init', '--store', 'postgres://127.0.0.1:1/app'], {
      cwd: project,
    })
    expect(postgres).toMatchObject({ code: 3, stdout: '' })
    expect(postgres.stderr).toContain('the PostgreSQL store is unavailable: connect ECONNREFUSED')
  })

  it.each([
    ['postgres://127.0.0.1:1/app', 'pg'],
    ['redis://127.0.0.1:1', 'redis'],
  ])('names the driver of %s that is not installed, with what to type', async (store, name) => {
    expect(await spawnCommand(['store', 'init', '--store', store])).toEqual({
      code: 3,
      stdout: '',
      stderr: `countersign: this store needs the package ${name}, which is not installed here: npm install ${name}\n`,
    })
  })

  it('ends quietly where its reader has read enough', async () => {
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
    const command = `"${process.execPath}" --conditions=@countersign/source "${main}" --help | true`
    expect(await promisify(exec)(command)).toEqual({ stdout: '', stderr: '' })
  })
})

describe('our own packages', () => {
  const missing = (name: string) =>
    Promise.reject(
      Object.assign(new Error(`Cannot find package '${name}' imported from x`), {
        code: 'ERR_MODULE_NOT_FOUND',
      }),
    )

  it('come from the project where they do not lie beside the command', async () => {
    const found = await importOwnPackage('node:path', folder.path, () => missing('node:path'))
    expect(found).toHaveProperty('join')
  })

  it('that are nowhere are named, with what to type', async () => {
    await expect(
      importOwnPackage('@countersign/none', folder.path, () => missing('@countersign/none')),
    ).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('npm install @countersign/none'),
    })
  })

  it('that lack a package of their own fail as they do', async () => {
    await expect(
      importOwnPackage('@countersign/none', folder.path, () => missing('another')),
    ).rejects.toThrow('another')
  })
})
