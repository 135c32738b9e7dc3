// Packs the packages as they are published: built, with `workspace:` and `catalog:` replaced by versions, and with the
// package.json that publish-manifest.mjs makes. `npm run release:pack` packs all of them for a release into reports/release.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PACK_FOR_TESTS, requirePublisher } from './publish-manifest.mjs'
import { root } from './suites.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Packs folders of packages/ for tests, all of them if none is named, into `target`. Returns the paths of the tarballs.
 * @param {string} target
 * @param {readonly string[]} folders
 */
export function pack(target, folders = packageFolders()) {
  return packWith(target, folders, { ...process.env, [PACK_FOR_TESTS]: '1' })
}

/**
 * @param {string} target
 * @param {readonly string[]} folders
 * @param {NodeJS.ProcessEnv} env
 */
function packWith(target, folders, env) {
  const filters = folders.flatMap((folder) => ['--filter', `./packages/${folder}`])
  execFileSync('npx', ['-y', packageManager, '-r', ...filters, 'pack', '--pack-destination', target], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const tarballs = readdirSync(target).filter((name) => name.endsWith('.tgz'))
  if (tarballs.length !== folders.length) {
    throw new Error(`of ${folders.join(', ')}, packed: ${tarballs.join(', ')}`)
  }
  return tarballs.map((name) => join(target, name))
}

export function packageFolders() {
  return readdirSync(join(root, 'packages')).filter((folder) =>
    existsSync(join(root, 'packages', folder, 'package.json')),
  )
}

/** Packs all packages for a release into reports/release; without a publisher, says so and ends the process. */
export function packForRelease() {
  try {
    requirePublisher()
  } catch (error) {
    console.error(`Nothing was packed. ${/** @type {Error} */ (error).message}`)
    process.exit(1)
  }
  const target = join(root, 'reports/release')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const { [PACK_FOR_TESTS]: _, ...env } = process.env
  return packWith(target, packageFolders(), env)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(packForRelease().join('\n'))
