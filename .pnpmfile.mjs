// pnpm calls `beforePacking` for every package that it packs or publishes. The code is elsewhere, since the lockfile holds a
// checksum of this file.
export { hooks } from './tools/scripts/publish-manifest.mjs'
