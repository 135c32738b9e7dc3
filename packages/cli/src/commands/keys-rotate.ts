import { command, type Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { flag } from '../options.ts'
import { note } from '../output.ts'
import { existing, MAKING_OPTIONS, withRing } from '../ring.ts'
import { printKey } from './print-key.ts'

/** `countersign keys rotate` */
export const keysRotate: Command = command({
  name: 'keys rotate',
  summary: 'Publishes the next key of a ring ahead of its time; it signs after the lead.',
  details: [
    'Where a key waits for its turn already, nothing is made. Keys rotate by themselves: this is for doing it sooner. Give --lead, --jwks-max-age and --max-expires-in where the application has others than the defaults.',
  ],
  options: { ...MAKING_OPTIONS, json: flag('Prints JSON.') },
  examples: [
    'keys rotate --issuer https://auth.example.com --store file:./keys',
    'keys rotate --issuer https://auth.example.com --store postgres://localhost/app --lead 7200',
  ],
  run: ({ values }, io) =>
    withRing(values, io, async (ring) => {
      const { keys } = existing(ring)
      const issuer = await ring.change()
      const next = await issuer.rotate()
      if (keys.some(({ kid }) => kid === next.kid)) note(io, 'This key waits for its turn already.')
      printKey(io, next, values.json)
      return EXIT.ok
    }),
})
