import { command, type Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { flag } from '../options.ts'
import { json, line, note, paint, table, time } from '../output.ts'
import { requireRing, RING_OPTIONS, withRing } from '../ring.ts'
import { keyData } from './print-key.ts'

const COLORS = { next: 'yellow', active: 'green', retired: 'dim', removed: 'dim' } as const

/** `countersign keys list` */
export const keysList: Command = command({
  name: 'keys list',
  summary: 'Lists the keys of a ring, the oldest first. Changes nothing.',
  options: { ...RING_OPTIONS, json: flag('Prints JSON.') },
  examples: [
    'keys list --issuer https://auth.example.com --store file:./keys',
    'keys list --issuer https://auth.example.com --store sqlite:./app.db --json',
  ],
  run: ({ values }, io) =>
    withRing(values, io, async (ring) => {
      const { keys } = requireRing(ring)
      if (values.json) {
        line(io, json(keys.map(keyData)))
        return EXIT.ok
      }
      const now = io.now()
      const rows = keys.map((key) => [
        key.kid,
        key.algorithm,
        key.state,
        time(key.activeFrom, now),
        key.removedAt === undefined ? '-' : time(key.removedAt, now),
      ])
      const [head = '', ...lines] = table([
        ['KID', 'ALGORITHM', 'STATE', 'SIGNS FROM', 'REMOVED'],
        ...rows,
      ]).split('\n')
      line(io, paint(io, 'bold', head))
      for (const [i, row] of lines.entries()) line(io, paint(io, COLORS[keys[i]?.state ?? 'removed'], row))
      if (keys.length === 0)
        note(io, 'No key of this ring can sign any more: `countersign keys rotate` makes a new one.')
      return EXIT.ok
    }),
})
