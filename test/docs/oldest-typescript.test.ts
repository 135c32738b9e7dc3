import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { read, root } from './repository.ts'

const projects = ['test/matrix/nest10', 'test/matrix/plain', 'test/packaging/consumers']
const [oldest = ''] = projects.map(
  (folder) => JSON.parse(read(`${folder}/package.json`)).devDependencies['typescript-oldest'],
)
const said = `TypeScript ${/@(\d+\.\d+)\./.exec(oldest)?.[1]}`

it('the oldest TypeScript is tested in one version', () => {
  expect(oldest).toMatch(/^npm:typescript@\d+\.\d+\.\d+$/)
  for (const folder of projects) {
    expect(read(`${folder}/package.json`), folder).toContain(`"typescript-oldest": "${oldest}"`)
  }
})

// the command has no declarations
const pages = globSync('packages/*/README.md', { cwd: root }).filter((path) => !path.includes('/cli/'))

it.each(['README.md', 'SECURITY.md', ...pages])('%s says which it is', (page) => {
  // a page breaks its lines anywhere
  expect(read(page).replaceAll(/\s+/g, ' ')).toContain(`${said} or newer`)
})
