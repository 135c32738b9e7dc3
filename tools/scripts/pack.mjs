// Packs the packages as they would be published: built, with `workspace:` and `catalog:` replaced by versions, and with
// publishConfig's exports instead of those that lead to the sources.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './suites.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Packs folders of packages/, all of them where none is named, into `target`; answers the paths of the tarballs.
 * @param {string} target
 * @param {readonly string[]} folders
 */
export function pack(target, folders = packageFolders()) {
  const filters = folders.flatMap((folder) => ['--filter', `./packages/${folder}`])
  execFileSync('npx', ['-y', packageManager, '-r', ...filters, 'pack', '--pack-destination', target], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const tarballs = readdirSync(target).filter((name) => name.endsWith('.tgz'))
  if (tarballs.length !== folders.length) {
    throw new Error(`of ${folders.join(', ')}, packed: ${tarballs.join(', ')}`)
  }
  return tarballs.map((name) => join(target, name))
}

function packageFolders() {
  return readdirSync(join(root, 'packages')).filter((folder) =>
    existsSync(join(root, 'packages', folder, 'package.json')),
  )
}
