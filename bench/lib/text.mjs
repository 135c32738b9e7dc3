/** A table for the terminal. */
export function formatTable(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  const lines = cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  )
  return `${lines[0]}\n${'-'.repeat(lines[0].length)}\n${lines.slice(1).join('\n')}\n`
}
