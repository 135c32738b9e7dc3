// Packs every package and judges the tarballs: what lies in them, what they weigh, publint, and attw (are the types
// wrong?).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pack } from './pack.mjs'
import { importTime, measure, overBudget } from './sizes.mjs'
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
  if (JSON.parse(manifest).name === '@countersign/core') {
    for (const name of names.filter(
      (path) => /\.c?js$/.test(path) && !path.startsWith('dist/engine/node.'),
    )) {
      const code = execFileSync('tar', ['-xzOf', tarball, `package/${name}`], { encoding: 'utf8' })
      const [, module] = NODE_IMPORT.exec(code) ?? []
      if (module !== undefined) found.push(`${name} imports ${module}: only the engine for Node may`)
    }
  }
  return found
}

/** An import or `require` of a module of Node; other mentions are comments, or ask whether it is there. */
const NODE_IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'](node:[^"']+)["']/

/** @param {string} name */
const bin = (name) => join(root, 'node_modules/.bin', name)
const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
let failed = false
try {
  const tarballs = pack(folder)
  for (const tarball of tarballs) {
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
  console.log('\nSizes in bytes')
  for (const line of overBudget(await measure(tarballs))) {
    console.error(`  over budget: ${line}`)
    failed = true
  }
  console.log(`  importing core: ${importTime().toFixed(1)} ms (${process.version}; reported, not judged)`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
