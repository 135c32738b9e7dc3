// The package.json that users get. It is derived from the one in packages/, so that a new package needs nothing by hand:
// what only this workspace uses is taken out, and who publishes is put in, from tools/publisher.json.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** Condition of `exports` and `imports` that leads to the sources. */
const SOURCE = '@countersign/source'

/** Set by scripts that pack for tests: they need no publisher. Whatever publishes does not set it. */
export const PACK_FOR_TESTS = 'COUNTERSIGN_PACK_FOR_TESTS'

/** @typedef {{ author: string, homepage: string, bugs: string, repository: string, funding: string | null }} Publisher */

/** @returns {Partial<Record<keyof Publisher, unknown>>} as it is in the file, not yet checked */
export function readPublisher() {
  return JSON.parse(readFileSync(new URL('../publisher.json', import.meta.url), 'utf8'))
}

/**
 * What is missing before anything can be published, in words.
 * @param {Partial<Record<keyof Publisher, unknown>>} publisher
 * @returns {string[]}
 */
export function missingIn(publisher) {
  const { author, funding } = publisher
  const missing = []
  if (typeof author !== 'string' || author.trim() === '') missing.push('"author" must be a name')
  for (const name of /** @type {const} */ (['homepage', 'bugs', 'repository'])) {
    if (!isHttpsUrl(publisher[name])) missing.push(`"${name}" must be an https URL`)
  }
  if (funding !== null && !isHttpsUrl(funding)) {
    missing.push('"funding" must be an https URL, or null if there is none')
  }
  return missing
}

/** @param {unknown} value */
const isHttpsUrl = (value) => typeof value === 'string' && value.startsWith('https://') && URL.canParse(value)

/**
 * The published form of a manifest.
 * @param {Record<string, unknown>} manifest with versions in place of `workspace:` and `catalog:`
 * @param {string} folder of the package, a name in packages/
 * @param {Publisher | undefined} publisher undefined if packed for tests
 * @returns {Record<string, unknown>}
 */
export function toPublished(manifest, folder, publisher) {
  const { devDependencies: _dev, scripts: _scripts, ...kept } = manifest
  return {
    ...kept,
    ...(kept['imports'] !== undefined && { imports: withoutSources(kept['imports']) }),
    ...(kept['exports'] !== undefined && { exports: withoutSources(kept['exports']) }),
    publishConfig: { access: 'public' },
    ...(publisher && {
      author: publisher.author,
      homepage: publisher.homepage,
      bugs: { url: publisher.bugs },
      repository: { type: 'git', url: `git+${publisher.repository}`, directory: `packages/${folder}` },
      ...(publisher.funding !== null && { funding: publisher.funding }),
    }),
  }
}

/**
 * `exports` or `imports` without the condition that leads to the sources.
 * @param {unknown} value
 * @returns {unknown}
 */
function withoutSources(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([name]) => name !== SOURCE)
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutSources(item)]))
}

export const hooks = {
  /**
   * Called by pnpm for `pack` and `publish`.
   * @param {Record<string, unknown>} manifest
   * @param {string} path of the package's folder
   */
  beforePacking(manifest, path) {
    if (process.env[PACK_FOR_TESTS] === '1') return toPublished(manifest, basename(path), undefined)
    return toPublished(manifest, basename(path), requirePublisher())
  },
}

/**
 * @throws Error that says what to fill in
 * @returns {Publisher}
 */
export function requirePublisher() {
  const publisher = readPublisher()
  const missing = missingIn(publisher)
  if (missing.length > 0) throw new Error(`tools/publisher.json is not filled in: ${missing.join('; ')}`)
  return /** @type {Publisher} */ (publisher)
}
