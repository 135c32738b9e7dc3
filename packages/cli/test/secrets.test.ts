import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  AUDIENCE,
  contentOf,
  eachTestHasAFolder,
  folder,
  ISSUER,
  keysOf,
  PASSPHRASE,
  RING,
  run,
  SECRET,
} from './support.ts'

eachTestHasAFolder()

const PASSWORD = 'p4ss%2Fword-of-a-database'
const env = {
  COUNTERSIGN_PASSPHRASE: PASSPHRASE,
  COUNTERSIGN_KEY_PASSPHRASE: 'the passphrase of every single key',
  SECRET,
  NODE_ENV: 'test',
}
const ENCRYPTED = ['--issuer', ISSUER, '--store', 'file:./sealed']
const SIGNED = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJlLW5vYm9keS1zZWVz'

/** Every command, as it goes well and as it fails; none asks for a secret. */
const CALLS: readonly (readonly string[])[] = [
  ['--help'],
  ['keys', 'generate', ...RING],
  ['keys', 'generate', ...RING, '--json'],
  ['keys', 'generate'],
  ['keys', 'generate', '--out', 'fresh.json'],
  ['keys', 'generate', '--out', 'taken.json'],
  ['keys', 'list', ...RING],
  ['keys', 'list', ...RING, '--json'],
  ['keys', 'rotate', ...RING],
  ['keys', 'rotate', ...RING, '--json'],
  ['keys', 'retire', ...RING, '--yes', 'nobody'],
  ['keys', 'generate', ...ENCRYPTED],
  ['keys', 'list', ...ENCRYPTED],
  ['keys', 'list', ...ENCRYPTED, '--passphrase-file', 'other-passphrase'],
  ['keys', 'list', ...ENCRYPTED, '--passphrase-file', 'nowhere'],
  ['keys', 'list', ...ENCRYPTED, '--unencrypted'],
  ['keys', 'list', ...ENCRYPTED, '--passphrase', PASSPHRASE],
  ['keys', 'list', ...ENCRYPTED, `--passphrase=${PASSPHRASE}`],
  ['keys', 'list', ...ENCRYPTED, PASSPHRASE],
  ['keys', 'list', '--issuer', PASSPHRASE, '--store', 'file:./keys', '--unencrypted'],
  ['keys', 'list', '--issuer', ISSUER, '--store', 'file:./damaged', '--unencrypted'],
  ['jwks', ...RING],
  ['jwks', 'taken.json'],
  ['jwks', 'damaged.json'],
  ['jwks', 'damaged.pem'],
  ['jwks', '-'],
  ['token', 'mint', '--issuer', ISSUER, '--secret-env', 'SECRET', '--subject', 'u', '--audience', AUDIENCE],
  ['token', 'mint', '--issuer', ISSUER, '--secret-env', SECRET, '--subject', 'u', '--audience', AUDIENCE],
  ['token', 'mint', ...RING, '--subject', 'u', '--audience', AUDIENCE],
  ['inspect', SIGNED],
  ['inspect', '--json', SIGNED],
  ['inspect', `${SIGNED}.`],
  ['inspect', '--verify', '--issuer', ISSUER, '--audience', AUDIENCE, '--secret-env', 'SECRET', SIGNED],
  ['inspect', '--verify', '--issuer', ISSUER, '--audience', AUDIENCE, '--secret-env', SECRET, SIGNED],
  [SIGNED],
  [SECRET],
  ['keys', SECRET],
  ['store', 'init', '--store', `postgres://user:${PASSWORD}@127.0.0.1:1/app`],
  ['store', 'init', '--store', `postgres://user:${PASSWORD}@127.0.0.1:notaport/app`],
  ['store', 'init', '--store', `redis://user:${PASSWORD}@127.0.0.1:1`],
  ['store', 'init', '--store', `mysql://user:${PASSWORD}@127.0.0.1:1`],
  ['store', 'init', '--store', `user:${PASSWORD}@127.0.0.1`],
  ['store', 'init', `--stor=postgres://user:${PASSWORD}@127.0.0.1:1/app`],
  ['store', 'prune', '--store', `postgres://127.0.0.1:1/app?password=${PASSWORD}`],
  ['keys', 'list', '--issuer', ISSUER, '--store', `redis://user:${PASSWORD}@127.0.0.1:1`],
]

it('no command and no error shows a secret, a passphrase, a password, a private key or a signature that was not asked for', async () => {
  const { stdout: privateJwk } = await run(['keys', 'generate', '--private'])
  writeFileSync(join(folder.path, 'taken.json'), privateJwk)
  writeFileSync(join(folder.path, 'damaged.json'), privateJwk.slice(0, -8))
  writeFileSync(join(folder.path, 'damaged.pem'), `-----BEGIN PRIVATE KEY-----\n${SECRET}`)
  writeFileSync(join(folder.path, 'other-passphrase'), 'another passphrase altogether')
  await run(['keys', 'generate', '--issuer', ISSUER, '--store', 'file:./damaged', '--unencrypted'])
  const [name = '', text = ''] = contentOf('damaged')[0] ?? []
  writeFileSync(join(folder.path, 'damaged', name), text.slice(0, -2))

  const said: { readonly args: readonly string[]; readonly output: string; readonly code: number }[] = []
  for (const args of CALLS) {
    // a passphrase beside --unencrypted is refused before anything else
    const given = args.includes('--unencrypted') && !args.includes('file:./sealed') ? { SECRET } : env
    const { code, stdout, stderr } = await run(args, { env: given, stdin: privateJwk })
    said.push({ args, output: stdout + stderr, code })
  }
  for (const kid of (await keysOf()).map((key) => key.kid)) {
    const { code, stdout, stderr } = await run(['keys', 'retire', ...RING, '--yes', '--', kid])
    said.push({ args: ['keys', 'retire'], output: stdout + stderr, code })
  }
  expect(new Set(said.map(({ code }) => code))).toEqual(new Set([0, 1, 2, 3]))

  const dOf = (content: string): string[] =>
    [...content.matchAll(/"d\\?": ?\\?"([\w-]+)/g)].map(([, d = '']) => d)
  const privateParts = [privateJwk, ...contentOf('keys').map(([, content]) => content), text].flatMap(dOf)
  expect(privateParts.length).toBeGreaterThanOrEqual(3)
  const secrets = [
    ...privateParts,
    PASSPHRASE,
    'another passphrase altogether',
    env.COUNTERSIGN_KEY_PASSPHRASE,
    SECRET,
    PASSWORD,
    decodeURIComponent(PASSWORD),
    'c2lnbmF0dXJlLW5vYm9keS1zZWVz',
  ]
  for (const { args, output } of said) {
    for (const secret of secrets) expect(output.includes(secret), `${args.join(' ')}\n${output}`).toBe(false)
    expect(output, args.join(' ')).not.toMatch(/"(d|p|q|dp|dq|qi|oth|k)\\?":/)
  }
  // what is looked for can be found, where it is asked for
  expect(privateJwk).toMatch(/"(d|p|q|dp|dq|qi|oth|k)\\?":/)
}, 30_000)

it('a secret that an error of somebody else’s quotes is covered', async () => {
  const { withoutSecrets } = await import('../src/io.ts')
  const shown: string[] = []
  const io = withoutSecrets({ stderr: (text: string) => void shown.push(text) } as Parameters<
    typeof withoutSecrets
  >[0])
  io.hide('')
  io.hide('abc')
  io.hide('abcdef')
  io.stderr('x abcdef y abc z')
  expect(shown).toEqual(['x *** y *** z'])
})
