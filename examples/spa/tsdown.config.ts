import { defineConfig } from 'tsdown'

// Node strips types, but has no decorators: the server in Nest is built first.
export default defineConfig({
  entry: 'src/server/nest.ts',
  outDir: 'dist/server',
  format: 'esm',
  dts: false,
  fixedExtension: false,
})
