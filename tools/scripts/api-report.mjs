// The public API of every package as readable text, packages/*/api.txt: what each entry point exports, and the
// declarations behind it, from the built .d.ts files. A change of it is a decision, and shows in the diff. After a build,
// `node tools/scripts/api-report.mjs` writes the files; with `--check` it writes nothing and fails where one differs, or
// where the two builds (ES modules, CommonJS) and their types do not export the same names.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { root } from './suites.mjs'

/** @typedef {{ name: string, isType: boolean }} ExportedName */

/**
 * The top-level statements of a declaration file, without comments. The build writes each of them from the first
 * column on, and nothing else there but closing braces.
 * @param {string} text
 */
export function statementsOf(text) {
  const code = text
    .replaceAll(/\/\*\*?(?:[^*]|\*(?!\/))*\*\//g, '')
    .replaceAll(/^\/\/.*$/gm, '')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
  return code
    .split(/^(?=[a-z@])/m)
    .flatMap((statement) => (statement.trim() === '' ? [] : [statement.trim()]))
}

/** @param {string} statement */
function nameOf(statement) {
  const declared =
    /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|let|var|function) ([\w$]+)/
  return declared.exec(statement)?.[1]
}

/**
 * The names in `export { a, type B, c as d }`, and the packages of `export * from`. Interfaces that are declared in the
 * same file are exported without the word `type`.
 * @param {readonly string[]} statements
 */
function exportsOf(statements) {
  /** @type {ExportedName[]} */
  const names = []
  const everythingOf = []
  const values = statements.filter((statement) => /^(?:export )?declare /.test(statement)).map(nameOf)
  const types = statements.map(nameOf).filter((name) => name !== undefined && !values.includes(name))
  for (const statement of statements) {
    const [, list] = /^export \{([^}]*)\}/.exec(statement) ?? []
    for (const part of list?.split(',') ?? []) {
      const [, type, name] = /^(type )?(?:[\w$]+ as )?([\w$]+)$/.exec(part.trim()) ?? []
      if (name !== undefined) names.push({ name, isType: type !== undefined || types.includes(name) })
    }
    const [, from] = /^export \* from "([^"]+)"/.exec(statement) ?? []
    if (from !== undefined) everythingOf.push(from)
  }
  return { names: names.toSorted((a, b) => (a.name < b.name ? -1 : 1)), everythingOf }
}

/**
 * The declarations of a package, by name: overloads together, whichever chunk they lie in.
 * @param {string} folder
 * @param {'ts' | 'cts'} extension
 */
function declarationsOf(folder, extension) {
  /** @type {Map<string, string>} */
  const declarations = new Map()
  for (const path of globSync(`dist/**/*.d.${extension}`, { cwd: folder }).toSorted()) {
    /** @type {Map<string, string>} */
    const own = new Map()
    for (const statement of statementsOf(readFileSync(join(folder, path), 'utf8'))) {
      const name = nameOf(statement)
      if (name === undefined) continue
      // the build tells an import from a declaration of the same name by a number
      const text = statement.replace(/^export /, '').replaceAll(/\b(\w+)\$\d+\b/g, '$1')
      own.set(name, own.has(name) ? `${own.get(name)}\n${text}` : text)
    }
    for (const [name, text] of own) {
      if (declarations.has(name) && declarations.get(name) !== text) {
        throw new Error(`${folder}: ${name} is declared twice, in ${path} too`)
      }
      declarations.set(name, text)
    }
  }
  return declarations
}

/**
 * The declarations that these need and that are not among them, and what those need.
 * @param {readonly string[]} names
 * @param {ReadonlyMap<string, string>} declarations
 */
function behind(names, declarations) {
  const reached = new Set(names)
  for (const name of reached) {
    for (const [word] of declarations.get(name)?.matchAll(/\b[A-Za-z_$][\w$]*\b/g) ?? []) {
      if (declarations.has(word)) reached.add(word)
    }
  }
  return [...reached].filter((name) => !names.includes(name)).toSorted()
}

/** @param {readonly ExportedName[]} names */
const listed = (names) => names.map(({ name, isType }) => (isType ? `type ${name}` : name))

/**
 * The report of a package.
 * @param {string} folder
 */
export function reportOf(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const declarations = declarationsOf(folder, 'ts')
  const parts = [
    `The public API of ${manifest.name}. Written by tools/scripts/api-report.mjs; do not edit.\n`,
  ]
  /** @type {Set<string>} */
  const all = new Set()
  for (const [entry, { import: target }] of entriesOf(manifest)) {
    const types = readFileSync(join(folder, target.types), 'utf8')
    const { names, everythingOf } = exportsOf(statementsOf(types))
    for (const { name } of names) all.add(name)
    const lines = [...everythingOf.map((from) => `everything of ${from}`), ...listed(names)]
    parts.push(`== ${manifest.name}${entry.slice(1)}\n\n${lines.map((line) => `  ${line}`).join('\n')}\n`)
  }
  const exported = [...all].toSorted()
  const texts = (/** @type {readonly string[]} */ names) =>
    names.flatMap((name) => declarations.get(name) ?? []).join('\n\n')
  parts.push(`== declarations\n\n${texts(exported)}\n`)
  const hidden = behind(exported, declarations)
  if (hidden.length > 0) parts.push(`== behind them, not exported\n\n${texts(hidden)}\n`)
  return parts.join('\n')
}

/**
 * @param {{ exports: Record<string, unknown> }} manifest
 * @returns {[string, { import: { types: string, default: string }, require: { types: string, default: string } }][]}
 */
function entriesOf(manifest) {
  return /** @type {never} */ (
    Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object' && target !== null)
  )
}

/**
 * Where the builds of a package do not export what its types say.
 * @param {string} folder
 */
export async function disagreements(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const require = createRequire(join(folder, 'package.json'))
  const wrong = []
  for (const [entry, target] of entriesOf(manifest)) {
    const [esm, cjs] = [target.import, target.require].map(({ types }) =>
      exportsOf(statementsOf(readFileSync(join(folder, types), 'utf8'))),
    )
    if (JSON.stringify(esm) !== JSON.stringify(cjs)) wrong.push(`${entry}: .d.ts and .d.cts differ`)
    const modules = [
      ['import', await import(pathToFileURL(join(folder, target.import.default)).href)],
      ['require', require(join(folder, target.require.default))],
    ]
    // What comes by `export *` is core's own, which is judged there.
    const inherited = esm?.everythingOf.length ? Object.keys(require('@countersign/core')) : []
    const declared = esm?.names.filter(({ isType }) => !isType).map(({ name }) => name) ?? []
    for (const [how, module] of modules) {
      const has = Object.keys(module)
      for (const name of declared) if (!has.includes(name)) wrong.push(`${entry}, ${how}: ${name} is missing`)
      for (const name of has) {
        if (
          name !== 'default' &&
          name !== 'module.exports' &&
          !declared.includes(name) &&
          !inherited.includes(name)
        )
          wrong.push(`${entry}, ${how}: ${name} is not declared`)
      }
    }
  }
  return wrong.map((line) => `${manifest.name} ${line}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check')
  for (const manifest of globSync('packages/*/package.json', { cwd: root }).toSorted()) {
    const folder = join(root, manifest, '..')
    // a command: nobody imports it
    if (entriesOf(JSON.parse(readFileSync(join(root, manifest), 'utf8'))).length === 0) continue
    const path = join(folder, 'api.txt')
    const report = reportOf(folder)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== report) {
      if (check) {
        console.error(`${path} is not up to date: build, and run node tools/scripts/api-report.mjs`)
        process.exitCode = 1
      } else {
        writeFileSync(path, report)
        console.log(`wrote ${path}`)
      }
    }
    for (const line of await disagreements(folder)) {
      console.error(line)
      process.exitCode = 1
    }
  }
}
