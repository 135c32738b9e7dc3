// Draws plots of bars and lines as SVG, without a library. They follow the reader's light or dark mode.

const STYLE = `<style>
.card{fill:#ffffff;stroke:#d0d7de}.text{fill:#1f2328}.faint{fill:#59636e}.grid{stroke:#d0d7de}.bar{fill:#8c959f}.ours{fill:#0969da}.limit{fill:#1a7f37}
.line0{stroke:#0969da}.line1{stroke:#bc4c00}.line2{stroke:#1a7f37}.line3{stroke:#8250df}.dot0{fill:#0969da}.dot1{fill:#bc4c00}.dot2{fill:#1a7f37}.dot3{fill:#8250df}
text{font:12px system-ui,sans-serif}.title{font-size:14px;font-weight:600}
@media (prefers-color-scheme:dark){.card{fill:#0d1117;stroke:#3d444d}.text{fill:#f0f6fc}.faint{fill:#9198a1}.grid{stroke:#3d444d}.bar{fill:#656c76}.ours{fill:#4493f8}.limit{fill:#3fb950}
.line0{stroke:#4493f8}.line1{stroke:#f0883e}.line2{stroke:#3fb950}.line3{stroke:#ab7df8}.dot0{fill:#4493f8}.dot1{fill:#f0883e}.dot2{fill:#3fb950}.dot3{fill:#ab7df8}}
</style>`

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const place = (value) => Number(value.toFixed(1))

function card(width, height, title, body) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
${STYLE}
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="text title" x="16" y="26">${escape(title)}</text>
${body}
</svg>
`
}

/**
 * Horizontal bars with their spread.
 * @param {{ title: string, unit: string, bars: { label: string, value: number, low: number, high: number, kind: string }[] }} plot
 */
export function barPlot({ title, unit, bars }) {
  const width = 760
  const left = 270
  const right = 90
  const step = 26
  const most = Math.max(...bars.map(({ value, high }) => Math.max(value, high)), 0.001)
  const x = (value) => left + (Math.max(0, value) / most) * (width - left - right)
  const rows = bars.map(({ label, value, low, high, kind }, i) => {
    const y = 44 + i * step
    return [
      `<text class="text" x="${left - 10}" y="${y + 13}" text-anchor="end">${escape(label)}</text>`,
      `<rect class="${kind}" x="${left}" y="${y}" width="${place(Math.max(1, x(value) - left))}" height="18" rx="3"/>`,
      `<line class="grid" stroke-width="2" x1="${place(x(low))}" y1="${y + 9}" x2="${place(x(high))}" y2="${y + 9}"/>`,
      `<text class="text" x="${place(x(Math.max(value, high)) + 8)}" y="${y + 13}">${value}</text>`,
    ].join('\n')
  })
  const height = 44 + bars.length * step + 30
  rows.push(
    `<text class="faint" x="${left}" y="${height - 14}">${escape(unit)}; the thin line spans the quartiles</text>`,
  )
  return card(width, height, title, rows.join('\n'))
}

/**
 * Lines over a logarithmic axis.
 * @param {{ title: string, xTitle: string, yTitle: string, lines: { label: string, points: [number, number][] }[] }} plot
 */
export function linePlot({ title, xTitle, yTitle, lines }) {
  const [width, height, left, right, top, bottom] = [760, 340, 60, 190, 48, 50]
  const all = lines.flatMap(({ points }) => points)
  const xs = [...new Set(all.map(([x]) => x))].toSorted((a, b) => a - b)
  const most = Math.max(...all.map(([, y]) => y)) * 1.1
  const span = Math.log(xs.at(-1)) - Math.log(xs[0]) || 1
  const px = (x) => left + ((Math.log(x) - Math.log(xs[0])) / span) * (width - left - right)
  const py = (y) => height - bottom - (y / most) * (height - top - bottom)
  const body = []
  for (let i = 0; i <= 4; i++) {
    const y = (most / 4) * i
    body.push(
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${place(py(y))}" y2="${place(py(y))}"/>`,
      `<text class="faint" x="${left - 8}" y="${place(py(y) + 4)}" text-anchor="end">${Number(y.toPrecision(2))}</text>`,
    )
  }
  for (const x of xs) {
    body.push(
      `<text class="faint" x="${place(px(x))}" y="${height - bottom + 18}" text-anchor="middle">${x}</text>`,
    )
  }
  lines.forEach(({ label, points }, i) => {
    const kind = i % 4
    const path = points.map(([x, y]) => `${place(px(x))},${place(py(y))}`).join(' ')
    body.push(`<polyline class="line${kind}" fill="none" stroke-width="2" points="${path}"/>`)
    for (const [x, y] of points)
      body.push(`<circle class="dot${kind}" cx="${place(px(x))}" cy="${place(py(y))}" r="3.5"/>`)
    body.push(
      `<rect class="dot${kind}" x="${width - right + 16}" y="${top + i * 22}" width="12" height="12" rx="2"/>`,
      `<text class="text" x="${width - right + 34}" y="${top + i * 22 + 10}">${escape(label)}</text>`,
    )
  })
  body.push(
    `<text class="faint" x="${left}" y="${height - 12}">${escape(xTitle)}</text>`,
    `<text class="faint" x="${left - 44}" y="${top - 6}">${escape(yTitle)}</text>`,
  )
  return card(width, height, title, body.join('\n'))
}
