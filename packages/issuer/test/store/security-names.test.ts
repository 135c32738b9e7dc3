// Files beside the ring's own: copies that somebody made of a version, under a name that begins alike.
import { fileKeyStore } from '@countersign/issuer'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => fileKeyStore(directory, { dangerouslyUnencrypted: true })
const fileOf = (version: number): string =>
  join(
    directory,
    readdirSync(directory).find((name) => name.endsWith(`.${version}.json`))!,
  )

it('a copy is no version: it does not shut the ring', async () => {
  const store = open()
  await store.writeKeyRing('ring', 0, 'one')
  for (const suffix of ['.bak', '~', '.7.json.old'])
    writeFileSync(fileOf(1).replace('.1.json', '.900.json') + suffix, 'a copy')
  expect(await store.readKeyRing('ring')).toMatchObject({ version: 1, content: 'one' })
  expect(await store.writeKeyRing('ring', 1, 'two')).toBe(true)
  expect(await open().readKeyRing('ring')).toMatchObject({ version: 2, content: 'two' })
})

it('a copy of a version that is gone does not keep the private keys of others on the disk', async () => {
  const store = open()
  await store.writeKeyRing('ring', 0, 'one')
  copyFileSync(fileOf(1), `${fileOf(1)}.bak`)
  for (let version = 1; version < 70; version++) await store.writeKeyRing('ring', version, 'a private key')
  expect(readFileSync(fileOf(70), 'utf8')).toContain('a private key')
  const old = [...Array(20).keys()].map((i) => statSync(fileOf(40 + i)).size)
  expect(new Set(old)).toEqual(new Set([0]))
  expect(statSync(fileOf(68)).size).toBe(0)
})
