import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['@countersign/source', ...defaultServerConditions]

// The unit tests of core that judge what is mutated. What they import is in package.json here.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: [
      'packages/core/test/*.test.ts',
      'packages/core/test/{carrier,claims,guards,policy,request,token}/**/*.test.ts',
    ],
    exclude: ['packages/core/test/token/properties.test.ts'],
  },
})
