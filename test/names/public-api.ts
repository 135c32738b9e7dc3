import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../docs/repository.ts'

/** A function of the public API, and the names under which it is exported. */
export interface PublicFunction {
  readonly value: (...args: never[]) => unknown
  /** Such as `createIssuer`, or `JwtAuthModule.forRoot` for a static method. */
  readonly name: string
  /** Such as `@countersign/issuer`. */
  readonly entry: string
}

/** Entries that are not for applications: what they take is made by our own packages. */
const INTERNAL: ReadonlySet<string> = new Set(['@countersign/core/toolkit', '@countersign/core/adapter'])

/** The entries of all packages, but for those without code of their own and those that are not for applications. */
function entries(): string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .flatMap((file) => {
      const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        readonly name: string
        readonly exports?: Readonly<Record<string, unknown>>
      }
      return Object.keys(exports).map((path) => name + path.slice(1))
    })
    .filter((entry) => !entry.endsWith('.json') && !INTERNAL.has(entry))
    .toSorted()
}

/** Every function that an entry exports, each once: adapters export again what core has. */
export async function publicFunctions(): Promise<readonly PublicFunction[]> {
  const found = new Map<unknown, PublicFunction>()
  // core first, so that what others export again is core's
  const order = entries().toSorted(
    (a, b) => Number(b === '@countersign/core') - Number(a === '@countersign/core'),
  )
  for (const entry of order) {
    const exported = (await import(entry)) as Readonly<Record<string, unknown>>
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== 'function' || found.has(value)) continue
      const isClass = /^class\b/.test(Function.prototype.toString.call(value))
      const statics = isClass ? staticsOf(name, value) : { [name]: value }
      found.set(value, { entry, name, value: value as PublicFunction['value'] })
      if (!isClass) continue
      found.delete(value)
      for (const [path, method] of Object.entries(statics))
        found.set(method, { entry, name: path, value: method as PublicFunction['value'] })
    }
  }
  return [...found.values()]
}

/** The static methods of a class. Its constructor is not called by applications. */
function staticsOf(name: string, value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.getOwnPropertyNames(value)
      .map((key) => [key, (value as Record<string, unknown>)[key]] as const)
      .filter(([key, method]) => typeof method === 'function' && key !== 'prototype')
      .map(([key, method]) => [`${name}.${key}`, method]),
  )
}

/** The methods of an object that a function of ours made. */
export function methodsOf(made: object): string[] {
  return Object.entries(made)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name)
}
