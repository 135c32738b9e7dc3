const core = require('@countersign/core')
const countersign = require('@countersign/koa')
const exercise = require('./exercise-koa.cjs')

const Koa = require(process.env.FRAMEWORK ?? 'koa')
exercise({ Koa, core, countersign }).then(() => console.log(`ok: CommonJS, Node ${process.versions.node}`))
