// oxlint-disable import/no-default-export -- workerd runs what a module exports as its default
import { check } from './check.mjs'

export default { test: check }
