import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from '../docs/repository.ts'

/**
 * The folders of a package's sources, from the ground up: a file imports from its own folder and from those before it,
 * types included. `.` is the root of the sources.
 */
export const floors: Readonly<Record<string, readonly string[]>> = {
  issuer: ['base', 'events', 'keys', 'token', 'store', 'routes', '.'],
  sessions: ['base', 'events', 'session', 'token', 'cookies', 'service', 'liveness', 'routes', '.'],
}

/** Which files a file imports: paths from the root of the sources. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>

/** The imports among the sources of a package, also those of types. */
export function graphOf(name: string, files: readonly string[]): ImportGraph {
  const sources = join(root, 'packages', name, 'src')
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      const path = relative(sources, join(root, file))
      const imports = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']+)'/gm)]
      return [path, imports.map(([, to = '']) => join(dirname(path), to))]
    }),
  )
}

/** The first folder of a path, or `.`. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
}

/** Imports that go up, and folders without a floor, as readable lines. */
export function upwards(graph: ImportGraph, order: readonly string[]): string[] {
  return [...graph].flatMap(([file, imports]) => {
    const floor = order.indexOf(folderOf(file))
    if (floor < 0) return [`${file} is in no folder of the list`]
    return imports
      .filter((to) => order.indexOf(folderOf(to)) > floor)
      .map((to) => `${file} imports ${to}, which is above it`)
  })
}

/** The first cycle of files that is found, as a path that ends where it began. */
export function cycleIn(graph: ImportGraph): readonly string[] | undefined {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const to of graph.get(file) ?? []) {
      const cycle = visit(to, [...path, file])
      if (cycle !== undefined) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** The same graph, of folders. */
export function foldersOf(graph: ImportGraph): ImportGraph {
  const folders = new Map<string, string[]>()
  for (const [file, imports] of graph) {
    const from = folderOf(file)
    const to = imports.map(folderOf).filter((folder) => folder !== from)
    folders.set(from, [...(folders.get(from) ?? []), ...to])
  }
  return folders
}
