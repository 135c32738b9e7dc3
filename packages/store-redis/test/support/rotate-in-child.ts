// A process of its own that rotates one token several times at once, when it is told to, and prints what came of it.
// `die`: it ends itself by SIGKILL once the server has carried out the rotation, before anybody hears of it.
import type { RotateInput } from '@countersign/stores'
import { redisStore } from '@countersign/store-redis'
import { createClient } from 'redis'

interface Order {
  readonly url: string
  readonly prefix: string
  readonly input: RotateInput
  readonly times: number
  readonly die: boolean
}

process.once('message', (order: Order) => void carryOut(order))
process.send?.('ready')

async function carryOut({ url, prefix, input, times, die }: Order): Promise<void> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  const store = redisStore(client, { prefix })
  // so that the rotation is the first command: the store knows the time
  await store.now()
  if (die) {
    const { sendCommand } = client
    client.sendCommand = async (...args: Parameters<typeof sendCommand>) => {
      await sendCommand.apply(client, args)
      process.kill(process.pid, 'SIGKILL')
      return new Promise(() => undefined)
    }
  }
  const results = await Promise.all(Array.from({ length: times }, async () => store.rotate(input)))
  client.destroy()
  process.send?.(
    results.map(({ outcome, session }) => ({ outcome, gen: session?.gen })),
    () => process.disconnect(),
  )
}
