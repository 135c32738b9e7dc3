// Jest as it is where nobody configured it: a CommonJS project, no experimental flags.
const exercise = require('../exercise.cjs')

test('loads and works under Jest', async () => {
  const modules = {
    express: require('express'),
    core: require('@countersign/core'),
    countersign: require('@countersign/express'),
  }
  await expect(exercise(modules)).resolves.toBeUndefined()
})
