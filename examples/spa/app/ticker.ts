/** Calls again and again while somebody looks at the page, and at once when somebody does again. Answers what ends it. */
export function whileVisible(interval: number, act: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = (): void => clearInterval(timer)
  const follow = (): void => {
    stop()
    if (document.hidden) return
    act()
    timer = setInterval(act, interval)
  }
  document.addEventListener('visibilitychange', follow)
  follow()
  return () => {
    stop()
    document.removeEventListener('visibilitychange', follow)
  }
}
