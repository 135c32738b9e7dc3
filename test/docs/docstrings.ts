import { existsSync, globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { read, root } from './repository.ts'

/** Something that a package exports, where it is declared. */
export interface Export {
  readonly package: string
  readonly name: string
  readonly file: string
  readonly kind: 'function' | 'const' | 'class' | 'interface' | 'type' | 'missing'
  /** Without its stars; `undefined` where there is none. */
  readonly doc: string | undefined
}

export interface Example {
  readonly package: string
  /** The declaration that it stands at. */
  readonly of: string
  readonly code: string
}

export const packages = globSync('packages/*/package.json', { cwd: root })
  .map((path) => basename(dirname(path)))
  .toSorted()

/** Names that a file exports itself, and those that it takes from a file of its own package. */
function exportsOf(file: string): { name: string; from: string }[] {
  const source = read(file)
  const taken = [...source.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter((name) => name !== '')
        .map((name) => ({ name, from: join(dirname(file), from) })),
  )
  const own = [...source.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)].map(
    ([, name = '']) => ({ name, from: file }),
  )
  const stars = [...source.matchAll(/^export \* from '(\.[^']*)'/gm)].flatMap(([, from = '']) =>
    exportsOf(join(dirname(file), from)),
  )
  return [...taken, ...own, ...stars]
}

function findDeclaration(name: string, file: string): Pick<Export, 'kind' | 'doc' | 'file'> {
  const source = read(file)
  const found = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(function|const|class|interface|type) ${name}\\b`,
    'm',
  ).exec(source)
  if (found === null) {
    const again = exportsOf(file).find((other) => other.name === name && other.from !== file)
    return again === undefined ? { kind: 'missing', doc: undefined, file } : findDeclaration(name, again.from)
  }
  // a comment for the linter may stand between
  const before = source.slice(0, found.index).replace(/(?:^\/\/.*\n)+$/m, '')
  const doc = /\/\*\*((?:(?!\*\/).)*)\*\/\s*$/s.exec(before)?.[1]?.replaceAll(/^\s*\* ?/gm, '')
  return { kind: found[1] as Export['kind'], doc, file }
}

/** What users of the packages can import, by name. */
export function publicExports(): Export[] {
  return packages.flatMap((name) =>
    ['index.ts', 'adapter.ts']
      .map((file) => `packages/${name}/src/${file}`)
      .filter((file) => existsSync(join(root, file)))
      .flatMap((file) => exportsOf(file))
      .map((found) => ({ package: name, name: found.name, ...findDeclaration(found.name, found.from) })),
  )
}

/** The code of every `@example`. */
export function examples(): Example[] {
  return packages.flatMap((name) =>
    globSync(`packages/${name}/src/**/*.ts`, { cwd: root })
      .toSorted()
      .flatMap((file) =>
        [...read(file).matchAll(/\/\*\*((?:(?!\*\/).)*@example(?:(?!\*\/).)*)\*\/\s*([^\n]*)/gs)].flatMap(
          ([, doc = '', declaration = '']) =>
            [...doc.replaceAll(/^\s*\* ?/gm, '').matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => ({
              package: name,
              of: `${file}: ${declaration}`,
              code,
            })),
        ),
      ),
  )
}
