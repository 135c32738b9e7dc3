import { command, type Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { flag } from '../options.ts'
import { note } from '../output.ts'
import { requireRing, KEY_OPTIONS, withRing } from '../ring.ts'
import { printKey } from './print-key.ts'

/** `countersign keys rotate` */
export const keysRotate: Command = command({
  name: 'keys rotate',
  summary: 'Publishes the next key of a ring early; it signs after the lead.',
  details: [
    'Keys rotate by themselves; this command does it sooner. If the next key exists already, it makes nothing. If the application does not use the defaults of --lead, --jwks-max-age and --max-expires-in, set them here too.',
  ],
  options: { ...KEY_OPTIONS, json: flag('Prints JSON.') },
  examples: [
    'keys rotate --issuer https://auth.example.com --store file:./keys',
    'keys rotate --issuer https://auth.example.com --store postgres://localhost/app --lead 7200',
  ],
  run: ({ values }, io) =>
    withRing(values, io, async (ring) => {
      const { keys } = requireRing(ring)
      const issuer = await ring.change()
      const next = await issuer.rotate()
      if (keys.some(({ kid }) => kid === next.kid)) note(io, 'This key exists already and will sign next.')
      printKey(io, next, values.json)
      return EXIT.ok
    }),
})
