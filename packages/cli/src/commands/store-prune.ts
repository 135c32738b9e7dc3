import { command, type Command } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { flag, number } from '../options.ts'
import { json, line, note } from '../output.ts'
import { STORE_OPTIONS } from '../ring.ts'
import { openStore, readLocation } from '../stores.ts'

/** `countersign store prune` */
export const storePrune: Command = command({
  name: 'store prune',
  summary: 'Deletes one batch of rows that are no longer needed.',
  details: ['Redis deletes expired rows itself, so there is nothing to do.'],
  options: {
    ...STORE_OPTIONS,
    limit: number('<rows>', 'Greatest number of rows to delete. Default 1000.'),
    json: flag('Prints JSON.'),
  },
  examples: [
    'store prune --store sqlite:./app.db',
    'store prune --store postgres://localhost/app --limit 10000',
  ],
  async run({ values }, io) {
    const { limit = 1_000 } = values
    if (limit < 1) throw usageError('--limit must be 1 or more')
    const { store, close } = await openStore(readLocation(values.store, io), values, io)
    let deleted: number
    try {
      deleted = await store.prune(limit)
    } finally {
      await close()
    }
    line(io, values.json ? json({ deleted }) : `${deleted} rows deleted.`)
    if (deleted >= limit) note(io, 'There may be more: run it again.')
    return EXIT.ok
  },
})
