import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  // In this workspace packages are built from their sources. Outside of it, nothing of this is needed.
  resolve: { conditions: ['@countersign/source', ...defaultClientConditions] },
  build: {
    outDir: 'dist/app',
    // the content security policy allows no `data:`
    assetsInlineLimit: 0,
    // for browsers that need it, and a script that is inlined would be refused
    modulePreload: { polyfill: false },
  },
})
