const endings = new Set<() => void>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls `end`, which must be synchronous, when this process ends: by itself, by an error, or by SIGINT, SIGTERM or SIGHUP.
 * The last registered is called first. Answers a function that takes `end` off the list again.
 */
export function atExit(end: () => void): () => void {
  if (endings.size === 0) {
    process.on('exit', endAll)
    for (const signal of signals) process.on(signal, onSignal)
  }
  endings.add(end)
  return () => {
    if (endings.delete(end) && endings.size === 0) unlisten()
  }
}

function unlisten(): void {
  process.off('exit', endAll)
  for (const signal of signals) process.off(signal, onSignal)
}

function endAll(): void {
  unlisten()
  for (const end of [...endings].toReversed()) {
    try {
      end()
    } catch (error) {
      // it must not keep the others from ending
      console.error(error)
    }
  }
  endings.clear()
}

/** A signal that nobody else listens to ends this process, as it would without us. Others end it as they see fit. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  process.kill(process.pid, signal)
}
