// Runs one server: `server-worker.mjs <file of servers/>`.
import { serveTasks } from './processes.mjs'
import { toSetup } from './tokens.mjs'

const [file] = process.argv.slice(2)
const { createServer } = await import(`../servers/${file}`)

serveTasks({
  async setUp(key, jwksUri) {
    const server = await createServer({ ...toSetup(key), jwksUri })
    server.keepAliveTimeout = 600_000
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server.address().port
  },
  collect: () => globalThis.gc(),
  /** All threads of the process, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
})
