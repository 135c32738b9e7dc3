import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Tests import packages by their published names; this condition leads to the sources, so nothing needs a build.
const engine = process.env['COUNTERSIGN_ENGINE'] === 'web' ? ['countersign-web'] : []
const conditions = ['@countersign/source', ...engine, ...defaultServerConditions]
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: !process.env['CI'],
    projects: [
      { ...fromSource, test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'] } },
      {
        ...fromSource,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/test/**/*.test-d.ts', 'test/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
            // `npm run typecheck` judges all other files
            ignoreSourceErrors: true,
          },
        },
      },
      { ...fromSource, test: { name: 'conformance', include: ['test/**/*.test.ts'] } },
      // with real services
      {
        ...fromSource,
        test: {
          name: 'integration',
          include: ['packages/*/test/**/*.itest.ts', 'test/**/*.itest.ts'],
          testTimeout: 20_000,
        },
      },
      // the packed tarballs in a project of their own, outside the workspace
      {
        test: {
          name: 'packaging',
          include: ['test/packaging/*.pack.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
