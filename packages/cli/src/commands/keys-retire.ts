import { command, type Command } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { confirm } from '../io.ts'
import { flag } from '../options.ts'
import { line, note, printable } from '../output.ts'
import { existing, MAKING_OPTIONS, withRing } from '../ring.ts'

/** `countersign keys retire <kid>` */
export const keysRetire: Command = command({
  name: 'keys retire',
  summary: 'Takes a key out at once, because it may have leaked.',
  details: [
    'Tokens that it signed are refused as soon as verifiers fetch the key set again. If it was signing, another key signs from now on.',
  ],
  argument: '<kid>',
  options: { ...MAKING_OPTIONS, yes: flag('Does not ask. Required where stdin is no terminal.') },
  examples: [
    'keys retire --issuer https://auth.example.com --store file:./keys wNQnmJbh2ChE0eHxGrO9VnB1r6ZUJoiTLZ0ccTKvBhQ',
    'keys retire --issuer https://auth.example.com --store sqlite:./app.db --yes -- -mJbh2ChE0eHxGrO9VnB1r6ZUJoiTLZ0ccTKvBhQ12',
  ],
  run: ({ values, positionals: [kid = ''] }, io) => {
    if (!values.yes && !io.isTTY.stdin) throw usageError('nobody can be asked here: give --yes')
    return withRing(values, io, async (ring) => {
      const key = existing(ring).keys.find((one) => one.kid === kid)
      if (key === undefined || key.state === 'removed') {
        note(io, 'The ring has no such key: see `countersign keys list`.')
        return EXIT.failed
      }
      const issuer = await ring.change()
      const question = `Take out ${printable(kid)} (${key.state})? Its tokens will be refused everywhere.`
      if (!values.yes && !(await confirm(io, question))) {
        note(io, 'Nothing was changed.')
        return EXIT.failed
      }
      // Another process may have been faster: the key is out all the same.
      await issuer.retire(kid)
      line(io, `${printable(kid)} is out`)
      const signing = (await issuer.keys()).find(({ state }) => state === 'active')
      if (signing !== undefined) line(io, `${signing.kid} signs now`)
      return EXIT.ok
    })
  },
})
