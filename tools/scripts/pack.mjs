// Packs the packages as they would be published: built, with `workspace:` and `catalog:` replaced by versions, and with
// publishConfig's exports instead of those that lead to the sources.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './suites.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Packs every folder of packages/ into `folder`; answers the paths of the tarballs.
 * @param {string} folder
 */
export function packAll(folder) {
  execFileSync(
    'npx',
    ['-y', packageManager, '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const expected = readdirSync(join(root, 'packages')).length
  if (tarballs.length !== expected) throw new Error(`${expected} packages, but packed: ${tarballs.join(' ')}`)
  return tarballs.map((name) => join(folder, name))
}
