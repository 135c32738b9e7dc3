import { command, type Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { flag } from '../options.ts'
import { json, line } from '../output.ts'
import { STORE_OPTIONS } from '../ring.ts'
import { openStore, readLocation } from '../stores.ts'

/** `countersign store init` */
export const storeInit: Command = command({
  name: 'store init',
  summary: 'Creates or upgrades the tables, indexes and functions of a store.',
  details: [
    'You can run it again, and in several processes at once. In Redis it creates nothing, but checks whether the server can keep sessions safely.',
  ],
  options: { ...STORE_OPTIONS, json: flag('Prints JSON.') },
  examples: ['store init --store sqlite:./app.db', 'store init --store postgres://localhost/app --json'],
  async run({ values }, io) {
    const location = readLocation(values.store, io)
    const { store, close } = await openStore(location, values, io)
    try {
      await store.init()
    } finally {
      await close()
    }
    line(
      io,
      values.json ? json({ store: location.kind, ready: true }) : `The ${location.kind} store is ready.`,
    )
    return EXIT.ok
  },
})
