import { command, type Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { flag } from '../options.ts'
import { json, line } from '../output.ts'
import { STORE_OPTIONS } from '../ring.ts'
import { openStore, readPlace } from '../stores.ts'

/** `countersign store init` */
export const storeInit: Command = command({
  name: 'store init',
  summary: 'Creates or upgrades what a store needs: tables, indexes, functions.',
  details: [
    'May be run again, and by several processes at once. In Redis there is nothing to create: it checks that the server is fit to keep sessions.',
  ],
  options: { ...STORE_OPTIONS, json: flag('Prints JSON.') },
  examples: ['store init --store sqlite:./app.db', 'store init --store postgres://localhost/app --json'],
  async run({ values }, io) {
    const place = readPlace(values.store, io)
    const { store, close } = await openStore(place, values, io)
    try {
      await store.init()
    } finally {
      await close()
    }
    line(io, values.json ? json({ store: place.kind, ready: true }) : `The ${place.kind} store is ready.`)
    return EXIT.ok
  },
})
