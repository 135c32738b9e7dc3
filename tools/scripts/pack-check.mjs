// Packs every package and judges the tarballs: what lies in them, publint, and attw (are the types wrong?).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pack } from './pack.mjs'
import { root } from './suites.mjs'

/**
 * What is wrong with the files of a tarball and with its package.json.
 * @param {string} tarball
 */
function defects(tarball) {
  const found = []
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const names = files.map((file) => file.replace(/^package\//, ''))
  for (const name of ['LICENSE', 'README.md', 'package.json']) {
    if (!names.includes(name)) found.push(`${name} is missing`)
  }
  for (const name of names) {
    if (!/^(dist\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/.test(name))
      found.push(`${name} is too much`)
  }
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  for (const word of ['@countersign/source', 'workspace:', 'catalog:']) {
    if (manifest.includes(word))
      found.push(`package.json says "${word}", which means nothing outside this workspace`)
  }
  return found
}

/** @param {string} name */
const bin = (name) => join(root, 'node_modules/.bin', name)
const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
let failed = false
try {
  for (const tarball of pack(folder)) {
    console.log(`\n${basename(tarball)}`)
    const wrong = defects(tarball)
    for (const defect of wrong) console.error(`  ${defect}`)
    const publint = spawnSync(bin('publint'), ['--strict', tarball], { stdio: 'inherit' })
    // node16: node10, which knows no `exports`, is served for the main entry only
    const attw = spawnSync(bin('attw'), ['--profile', 'node16', '--no-emoji', '--format', 'ascii', tarball], {
      stdio: 'inherit',
    })
    if (wrong.length > 0 || publint.status !== 0 || attw.status !== 0) failed = true
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
