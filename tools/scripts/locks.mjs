// The lock files of the projects outside the workspace, which npm installs: `node tools/scripts/locks.mjs [folder …]` brings
// them up to date with their package.json, and writes them with one line for each package. npm reads them as they are. What
// npm only prints (licenses, funding, engines) is left out, so that a diff shows versions and nothing else.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './suites.mjs'

/** The folders that have a lock file of npm. */
export const lockedProjects = globSync('{bench,test,tools}/**/package-lock.json', {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).map(dirname)

/** What npm writes for each package, and does not need to install it. */
const ONLY_PRINTED = ['license', 'funding', 'engines', 'deprecated']

/**
 * The text of a lock file with one line for each package.
 * @param {string} text
 */
export function compactLock(text) {
  const { packages, ...head } = JSON.parse(text)
  const lines = Object.entries(packages).map(([path, entry]) => {
    const kept = Object.entries(entry).filter(([name]) => !ONLY_PRINTED.includes(name))
    return `    ${JSON.stringify(path)}: ${JSON.stringify(Object.fromEntries(kept))}`
  })
  const start = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  )
  return ['{', ...start, '  "packages": {', lines.join(',\n'), '  }', '}', ''].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2)
  for (const folder of asked.length > 0 ? asked : lockedProjects) {
    const project = join(root, folder)
    const flags = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    // without the address of a registry: whoever installs uses their own
    execFileSync('npm', ['install', '--omit-lockfile-registry-resolved', ...flags], {
      cwd: project,
      stdio: 'inherit',
    })
    const path = join(project, 'package-lock.json')
    writeFileSync(path, compactLock(readFileSync(path, 'utf8')))
  }
}
