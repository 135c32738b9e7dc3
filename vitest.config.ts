import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Tests import packages by their published names; this condition leads to the sources, so nothing needs a build.
const conditions = ['@countersign/source', ...defaultServerConditions]
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }
// Whoever hangs is found all the same, and a busy machine breaks no test that is right: keys of RSA may take seconds.
const patient = { testTimeout: 30_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } }
// The same with core's engine for other runtimes.
const onTheWeb = ['countersign-web', ...conditions]
const fromSourceOnTheWeb = { resolve: { conditions: onTheWeb }, ssr: { resolve: { conditions: onTheWeb } } }

export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: !process.env['CI'],
    projects: [
      {
        ...fromSource,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'], ...patient },
      },
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
      {
        ...fromSource,
        test: {
          ...patient,
          name: 'conformance',
          include: ['test/**/*.test.ts'],
          // the starters of the matrix have tests of their own, which run in copies of them
          exclude: ['**/node_modules/**', 'test/matrix/**'],
        },
      },
      // what both engines have in common: all but the forms of keys that only Node reads, and when their faults show
      {
        ...fromSourceOnTheWeb,
        test: {
          ...patient,
          name: 'web',
          include: ['packages/core/test/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          exclude: [
            'packages/core/test/keys/{algorithm-confusion,key-functions,secret,static-keys,unfit-keys}.test.ts',
          ],
        },
      },
      // with real services
      {
        ...fromSource,
        test: {
          ...patient,
          name: 'integration',
          include: ['packages/*/test/**/*.itest.ts', 'test/**/*.itest.ts'],
          globalSetup: 'tools/services/src/global-setup.ts',
        },
      },
      // the packed tarballs in a project of their own, outside the workspace
      {
        test: {
          name: 'packaging',
          include: ['test/packaging/*.pack.ts', 'test/runtimes/*.pack.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      // the same in starters of every release of Nest, and in plain projects
      {
        test: {
          name: 'matrix',
          include: ['test/matrix/*.pack.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
