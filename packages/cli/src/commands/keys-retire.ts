import { command, type Command } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { confirm } from '../io.ts'
import { flag } from '../options.ts'
import { line, note, printable } from '../output.ts'
import { requireRing, KEY_OPTIONS, withRing } from '../ring.ts'

/** `countersign keys retire <kid>` */
export const keysRetire: Command = command({
  name: 'keys retire',
  summary: 'Removes a key at once, for example because it leaked.',
  details: [
    'Verifiers reject its tokens as soon as they fetch the key set again. If the key was signing, another key signs from now on.',
  ],
  argument: '<kid>',
  options: { ...KEY_OPTIONS, yes: flag('Removes without a question. Required if stdin is not a terminal.') },
  examples: [
    'keys retire --issuer https://auth.example.com --store file:./keys wNQnmJbh2ChE0eHxGrO9VnB1r6ZUJoiTLZ0ccTKvBhQ',
    'keys retire --issuer https://auth.example.com --store sqlite:./app.db --yes -- -mJbh2ChE0eHxGrO9VnB1r6ZUJoiTLZ0ccTKvBhQ12',
  ],
  run: ({ values, positionals: [kid = ''] }, io) => {
    if (!values.yes && !io.isTTY.stdin)
      throw usageError('stdin is not a terminal, so the command cannot ask: use --yes')
    return withRing(values, io, async (ring) => {
      const key = requireRing(ring).keys.find((one) => one.kid === kid)
      if (key === undefined || key.state === 'removed') {
        note(io, 'The ring has no such key: see `countersign keys list`.')
        return EXIT.failed
      }
      const issuer = await ring.change()
      const question = `Remove ${printable(kid)} (${key.state})? Its tokens will be rejected everywhere.`
      if (!values.yes && !(await confirm(io, question))) {
        note(io, 'Nothing was changed.')
        return EXIT.failed
      }
      // If another process was faster, the key is removed all the same.
      await issuer.retire(kid)
      line(io, `${printable(kid)} is removed`)
      const signing = (await issuer.keys()).find(({ state }) => state === 'active')
      if (signing !== undefined) line(io, `${signing.kid} signs now`)
      return EXIT.ok
    })
  },
})
