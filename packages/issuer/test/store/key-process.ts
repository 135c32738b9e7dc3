/** A process of its own with a ring in files. It does what it is told by messages, and answers each with one. */
import { createIssuer, fileKeyStore } from '@countersign/issuer'

const [directory = '', passphrase] = process.argv.slice(2)
const store = fileKeyStore(
  directory,
  passphrase === undefined ? { dangerouslyUnencrypted: true } : { passphrase },
)
const issuer = createIssuer({ issuer: 'https://auth.test', store })

const commands: Record<string, () => Promise<unknown>> = {
  async sign() {
    const { token } = await issuer.accessToken({
      subject: 'u',
      audience: 'https://api.test',
      clientId: 'web',
    })
    const header = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }
    return header.kid
  },
  rotate: async () => (await issuer.rotate()).kid,
  /** Adds one to a number, so many times: each write that is said to have succeeded must have. */
  async count() {
    for (let done = 0; done < 15;) {
      const { version, content } = await store.readKeyRing('count')
      if (await store.writeKeyRing('count', version, String(Number(content ?? 0) + 1))) done++
    }
    return true
  },
  /** Writes until it is killed. */
  async writeForever() {
    process.send?.('writing')
    for (;;) {
      const { version } = await store.readKeyRing('forever')
      await store.writeKeyRing(
        'forever',
        version,
        JSON.stringify({ version: version + 1, pad: 'x'.repeat(200_000) }),
      )
    }
  },
}

process.on('message', (command: string) => {
  commands[command]!().then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.send?.('ready')
