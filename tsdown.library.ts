import type { UserConfig } from 'tsdown'

/** What a package says about its build. */
export interface LibraryOptions {
  /** The files behind the package's entry points, such as `src/index.ts`. */
  entry: string[]
  /**
   * Dependencies copied into the CommonJS build; the ES modules import them as usual. For dependencies that are
   * ES modules only: Node can `require` those since 20.19, but Jest's default set-up cannot, and TypeScript
   * refuses their types in a CommonJS file under `module: node16`. Their licences go into dist/licenses.
   */
  bundleIntoCommonJs?: string[]
  /** Subpath imports (`#name` in package.json) that are left to whoever loads the package. */
  external?: string[]
}

/** The build of a published package: ES modules and CommonJS, each with its own declarations. */
export function library({ entry, bundleIntoCommonJs = [], external = [] }: LibraryOptions): UserConfig[] {
  const shared: UserConfig = {
    entry,
    platform: 'node',
    target: 'node20.19',
    tsconfig: '../../tsconfig.src.json',
    dts: true,
    // index.js and index.cjs, and chunks whose names do not change from one release to the next
    fixedExtension: false,
    hash: false,
    // the docs are in the declarations; in the code they would be a quarter of what is installed
    outputOptions: { comments: { jsdoc: false } },
    // `exports` in package.json is written by hand and held by pack-check
    exports: false,
    failOnWarn: true,
    // we know that Node can load ES modules from CommonJS; see bundleIntoCommonJs for who cannot
    checks: { legacyCjs: false },
  }
  return [
    { ...shared, format: 'esm', deps: { neverBundle: external } },
    {
      ...shared,
      format: 'cjs',
      clean: false,
      deps: { neverBundle: external, alwaysBundle: bundleIntoCommonJs, onlyBundle: bundleIntoCommonJs },
      copy: bundleIntoCommonJs.map((name) => ({
        from: `node_modules/${name}/LICENSE*`,
        to: 'dist/licenses',
        rename: `${name.replaceAll('/', '-')}.md`,
      })),
    },
  ]
}
