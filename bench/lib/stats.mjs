// Medians and spread. A ratio is always taken inside one round, between neighbours in time, and then the median of them.

export function median(values) {
  return quantile(values, 0.5)
}

export function quantile(values, share) {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  const high = Math.ceil(at)
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low)
}

/** Median and the quartiles around it. */
export function summarize(values) {
  return {
    median: round(median(values)),
    low: round(quantile(values, 0.25)),
    high: round(quantile(values, 0.75)),
  }
}

/** Three or four significant digits: more would be pretence. */
export function round(value) {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null
}

/** `a[i] / b[i]` for every round, summarized. */
export function pairedRatio(a, b) {
  return summarize(a.map((value, i) => value / b[i]))
}

/** `a[i] - b[i]` for every round, summarized. */
export function pairedDifference(a, b) {
  return summarize(a.map((value, i) => value - b[i]))
}
