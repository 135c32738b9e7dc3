// `npm run release:publish`, which the release workflow calls: packs every package for a release, and publishes those whose
// version is not published yet. The tarballs are what npm gets: nothing is packed twice.
import { execFileSync, spawnSync } from 'node:child_process'
import { packForRelease } from './pack.mjs'

/**
 * The name and version in a tarball.
 * @param {string} tarball
 */
function identify(tarball) {
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  /** @type {{ name: string, version: string }} */
  const { name, version } = JSON.parse(manifest)
  return `${name}@${version}`
}

/**
 * @param {string} id such as `@countersign/core@0.1.0`
 * @throws Error if the registry cannot say: that is not the same as "not published"
 */
function isPublished(id) {
  const { status, stdout, stderr } = spawnSync('npm', ['view', id, 'version', '--json'], { encoding: 'utf8' })
  if (status === 0) return stdout.trim() !== ''
  if (stdout.includes('E404') || stderr.includes('E404')) return false
  throw new Error(`The registry cannot be asked for ${id}:\n${stderr}`)
}

for (const tarball of packForRelease()) {
  const id = identify(tarball)
  if (isPublished(id)) {
    console.log(`${id} is published already`)
    continue
  }
  execFileSync('npm', ['publish', tarball, '--access', 'public', '--provenance'], { stdio: 'inherit' })
  // changesets/action makes a tag and a release of each such line
  console.log(`New tag: ${id}`)
}
