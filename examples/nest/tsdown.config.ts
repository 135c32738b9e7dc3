import { defineConfig } from 'tsdown'

// Node strips types, but has no decorators: this application is built first.
export default defineConfig({ entry: 'src/main.ts', format: 'esm', dts: false, fixedExtension: false })
