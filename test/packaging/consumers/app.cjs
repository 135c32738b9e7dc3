const core = require('@countersign/core')
const countersign = require('@countersign/express')
const exercise = require('./exercise.cjs')

const express = require(process.env.FRAMEWORK ?? 'express')
exercise({ express, core, countersign }).then(() =>
  console.log(`ok: CommonJS, Node ${process.versions.node}`),
)
