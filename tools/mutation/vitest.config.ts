import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@countersign/source', ...defaultServerConditions]

// The unit tests of core, without those that are slow and judge what is not mutated.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['packages/core/test/**/*.test.ts'],
    exclude: [
      'packages/core/test/{differential,keys,token-cache}/**',
      'packages/core/test/token/properties.test.ts',
    ],
  },
})
