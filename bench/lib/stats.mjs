// Medians and spread. A ratio always compares two batches of one round, since they ran at nearly the same time. The result is
// the median of these ratios.

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

/** Three or four significant digits: more would suggest a false precision. */
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
