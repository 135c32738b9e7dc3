import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'

/** How a screenshot differs from a picture. */
export interface Difference {
  /** The share of cells of 8 by 8 pixels whose mean colors differ visibly, from 0 to 1. */
  readonly share: number
  /** By how many pixels it is wider, and higher. */
  readonly wider: number
  readonly higher: number
}

/**
 * Compares a screenshot with a picture that is kept. A time of day, or the edges of letters, changes few cells from one run
 * to the next; another color, font or place changes many.
 */
export async function differenceFrom(
  path: string,
  screenshot: Buffer,
  browser: Browser,
): Promise<Difference> {
  const page = await browser.newPage()
  try {
    const urls = [readFileSync(path), screenshot].map(
      (png) => `data:image/png;base64,${png.toString('base64')}`,
    )
    return await page.evaluate<Difference>(`(${COMPARE})(${JSON.stringify(urls)})`)
  } finally {
    await page.close()
  }
}

/** Runs in the browser, which can read PNG files. As text: the types of a browser are not those of the tests. */
const COMPARE = `async (urls) => {
  const CELL = 8
  const VISIBLE = 24
  const images = await Promise.all(
    urls.map(async (url) => {
      const image = new Image()
      image.src = url
      await image.decode()
      return image
    }),
  )
  const [kept, now] = images
  const width = Math.ceil(kept.width / CELL)
  const height = Math.ceil(kept.height / CELL)
  const [before, after] = images.map((image) => {
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.imageSmoothingQuality = 'high'
    context.drawImage(image, 0, 0, kept.width, kept.height, 0, 0, width, height)
    return context.getImageData(0, 0, width, height).data
  })
  let different = 0
  for (let at = 0; at < before.length; at += 4) {
    if ([0, 1, 2].some((channel) => Math.abs(before[at + channel] - after[at + channel]) > VISIBLE)) different++
  }
  return { share: different / (width * height), wider: now.width - kept.width, higher: now.height - kept.height }
}`
