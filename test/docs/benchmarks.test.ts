import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './repository.ts'

it('the benchmark page, its plots and the goals are what the kept figures give', () => {
  const target = mkdtempSync(join(tmpdir(), 'countersign-report-'))
  try {
    execFileSync(process.execPath, [join(root, 'bench/report.mjs'), target])
    const plots = readdirSync(join(root, 'docs/benchmarks')).filter((file) => file.endsWith('.svg'))
    expect(readdirSync(join(target, 'docs/benchmarks'))).toEqual(plots)
    const pages = ['benchmarks.md', 'performance.md', ...plots.map((plot) => join('benchmarks', plot))]
    for (const page of pages) {
      expect(readFileSync(join(target, 'docs', page), 'utf8'), page).toBe(
        readFileSync(join(root, 'docs', page), 'utf8'),
      )
    }
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
})
