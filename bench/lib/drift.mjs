// Compares ratios with the last full measurement. Only ratios can be compared between runs and machines.
import { formatTable } from './text.mjs'

/** Prints changes that matter: the quartiles of both runs do not overlap, and the change is more than a tenth. */
export function printDrift(before, results, sections, log) {
  const rows = []
  for (const { name, drift } of sections) {
    if (before[name] === undefined || results[name] === undefined) continue
    const earlier = new Map(drift(before[name]))
    for (const [label, now] of drift(results[name])) {
      const then = earlier.get(label)
      if (!Number.isFinite(then?.median) || !Number.isFinite(now?.median)) continue
      const apart = now.low > then.high || now.high < then.low
      const change = now.median / then.median
      if (apart && Math.abs(change - 1) > 0.1) {
        rows.push([
          `${name}: ${label}`,
          then.median,
          now.median,
          `${change > 1 ? '+' : ''}${Math.round((change - 1) * 100)} %`,
        ])
      }
    }
  }
  if (Object.keys(before).length === 0) return
  log(
    rows.length === 0
      ? '\nNo change since the last full measurement.'
      : `\n${formatTable(['changes since the last full measurement', 'then', 'now', 'change'], rows)}`,
  )
}
