const exercise = require('./exercise-issuing.cjs')

const hasSqlite = require('node:module').builtinModules.includes('node:sqlite')
exercise({
  core: require('@countersign/core'),
  stores: require('@countersign/stores'),
  toolkit: require('@countersign/core/toolkit'),
  client: require('@countersign/client'),
  countersign: require('@countersign/express'),
  express: require('express'),
  issuing: require('@countersign/issuer'),
  postgres: require('@countersign/store-postgres'),
  redis: require('@countersign/store-redis'),
  sessions: require('@countersign/sessions'),
  sqlite: hasSqlite ? require('@countersign/store-sqlite') : undefined,
  testing: require('@countersign/testing'),
  testingStores: require('@countersign/testing/stores'),
}).then(() => console.log(`ok: CommonJS, Node ${process.versions.node}`))
