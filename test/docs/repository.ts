import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The files that git tracks. Where the sources came without git (an archive), all files but those that tools made. */
export function trackedFiles(): string[] {
  if (!existsSync(join(root, '.git'))) {
    const made = ['node_modules', 'dist', 'reports', 'coverage', '.tools'].map((name) => `**/${name}/**`)
    return globSync('**/*.*', { cwd: root, exclude: made })
  }
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  // a file that is deleted but not yet committed is listed still
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}
