// The stored figures: docs/benchmarks/node<release>.json. It keeps only the median and the quartiles of each series of
// rounds, as text such as "7.364 [6.623, 9.223]"; a row of a table is a line, so that a diff shows the changes.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const pathFor = (root, release) => join(root, `docs/benchmarks/node${release}.json`)

/** The figures of a release; an empty object if there are none. */
export function readFigures(root, release) {
  const path = pathFor(root, release)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8'), toSummary) : {}
}

/** The releases that have figures, in order. */
export function measuredReleases(root) {
  return readdirSync(join(root, 'docs/benchmarks')).flatMap(
    (file) => /^node(\d+)\.json$/.exec(file)?.[1] ?? [],
  )
}

export function writeFigures(root, release, figures) {
  writeFileSync(pathFor(root, release), `${figuresText(figures)}\n`)
}

/** JSON with one line for each row of a table. */
export function figuresText(value, indent = '') {
  if (!hasRows(value)) return JSON.stringify(value, fromSummary)
  const inner = `${indent}  `
  const parts = Object.entries(value).map(([name, item]) => {
    const text = figuresText(item, inner)
    return Array.isArray(value) ? inner + text : `${inner}${JSON.stringify(name)}: ${text}`
  })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

const isObject = (value) => typeof value === 'object' && value !== null

/** Whether a value contains a list of rows. */
function hasRows(value) {
  return (
    isObject(value) && ((Array.isArray(value) && value.some(isObject)) || Object.values(value).some(hasRows))
  )
}

const SUMMARY = /^(\S+) \[(\S+), (\S+)\]$/

/** A replacer: a summary becomes text. */
function fromSummary(_name, value) {
  return isObject(value) && 'median' in value ? `${value.median} [${value.low}, ${value.high}]` : value
}

/** A reviver: the text of a summary becomes a summary. */
function toSummary(_name, value) {
  const found = typeof value === 'string' ? SUMMARY.exec(value) : null
  if (found === null) return value
  const [median, low, high] = found.slice(1).map((text) => JSON.parse(text))
  return { median, low, high }
}
