import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { eachTestHasAFolder, folder, run } from './support.ts'

eachTestHasAFolder()

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const GUIDE = readFileSync(fileOf('../../../docs/guide/cli.md'), 'utf8')
const README = readFileSync(fileOf('../README.md'), 'utf8')

/** The blocks that say they are run, as one script. */
function scriptOf(page: string): string {
  return [...page.matchAll(/<!-- run -->\n\n```sh\n(.*?)```/gs)].map(([, block]) => block).join('\n')
}

async function runScript(script: string): Promise<string> {
  const command = `"${process.execPath}" --conditions=@countersign/source "${fileOf('../src/main.ts')}" "$@"`
  const path = join(folder.path, 'script')
  writeFileSync(path, `set -eu\ncountersign() { ${command}; }\n${script}`)
  const env = { PATH: process.env['PATH'] }
  return (await promisify(execFile)('sh', [path], { cwd: folder.path, env })).stdout
}

it('the commands of the guide do what it says', async () => {
  const script = scriptOf(GUIDE)
  expect(script.match(/^countersign|\$\(countersign/gm)?.length).toBeGreaterThan(14)
  const stdout = await runScript(script)
  expect(stdout).toContain('The sqlite store is ready.')
  expect(stdout).toMatch(/ is removed\n.* signs now\n/)
  expect(stdout).toContain('Accepted: ')
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8')
  expect(read('secret.txt')).toMatch(/^[\w-]{64}\n$/)
  expect(JSON.parse(read('jwks.json'))).toMatchObject({ keys: [{ alg: 'ES256' }] })
  expect(JSON.parse(read('private.json'))).toMatchObject({
    ...JSON.parse(read('public.json')),
    d: expect.any(String),
  })
}, 90_000)

it('those of the README too', async () => {
  const stdout = await runScript(scriptOf(README))
  expect(stdout).toContain('access token (RFC 9068)')
  expect(stdout).toMatch(/active.*\n.*next/)
}, 60_000)

it('a command that fails fails the script', async () => {
  await expect(runScript('countersign keys list\necho more')).rejects.toMatchObject({ code: 2, stdout: '' })
})

it('the exit codes of the guide are those of the help', async () => {
  const rows = [...GUIDE.matchAll(/^\| (\d) +\| (.*?) +\|$/gm)].map(
    ([, code, meaning]) => `${code}  ${meaning}`,
  )
  const { stdout } = await run(['--help'])
  const help = /Exit codes:\n(.*?)\n\n/s
    .exec(stdout)?.[1]
    ?.split('\n')
    .map((row) => row.trim())
  expect(rows).toEqual(help)
  expect(rows).toHaveLength(4)
})
