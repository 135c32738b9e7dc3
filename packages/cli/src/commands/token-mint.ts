import type { JsonValue } from '@countersign/core'
import { createIssuer, type AccessTokenInput, type Issuer } from '@countersign/issuer'
import { command, type Command } from '../command.ts'
import { CommandError, EXIT, usageError } from '../exit.ts'
import type { CommandIo } from '../io.ts'
import { flag, list, number, text } from '../options.ts'
import { line, note, time } from '../output.ts'
import { requireRing, RING_OPTIONS, withRing } from '../ring.ts'

/** `countersign token mint` */
export const tokenMint: Command = command({
  name: 'token mint',
  summary: 'Prints an access token (RFC 9068), for development.',
  details: [
    'Prints only the token on stdout. The ring must have keys; the command makes none. If NODE_ENV is production, it makes no token.',
  ],
  options: {
    ...RING_OPTIONS,
    'secret-env': text(
      '<name>',
      'Environment variable with the shared secret, for HS256 in place of --store.',
    ),
    subject: text('<id>', '"sub": the user or service of the token. Required.'),
    audience: list('<url>', '"aud": the API that accepts the token. Required; may be repeated.'),
    'client-id': text('<id>', '"client_id". Default countersign-cli.'),
    scope: list('<names>', '"scope": names separated by spaces; may be repeated.'),
    role: list('<name>', '"roles"; may be repeated.'),
    claim: list('<name=value>', 'Another claim. A value that is not JSON is text. May be repeated.'),
    'expires-in': number('<seconds>', 'Lifetime of the token. Default 600.'),
    'dangerously-in-production': flag('Makes a token even if NODE_ENV is production.'),
  },
  examples: [
    'token mint --issuer https://auth.example.com --store file:./keys --subject user-1 --audience https://api.example.com',
    'token mint --issuer https://auth.example.com --secret-env JWT_SECRET --subject user-1 --audience https://api.example.com --scope orders:read --claim org=7',
  ],
  async run({ values }, io) {
    if (io.env['NODE_ENV'] === 'production' && !values['dangerously-in-production']) {
      throw new CommandError(
        EXIT.failed,
        'NODE_ENV is production, and there only the application should make tokens: --dangerously-in-production allows it',
      )
    }
    if (values.subject === undefined)
      throw usageError('--subject is required: the user or service of the token')
    if (values.audience.length === 0)
      throw usageError('--audience is required: the API that accepts the token')
    const input: AccessTokenInput = {
      subject: values.subject,
      audience: values.audience.length === 1 ? values.audience[0] : values.audience,
      clientId: values['client-id'] ?? 'countersign-cli',
      scope: values.scope.flatMap((names) => names.split(' ').filter(Boolean)),
      roles: values.role.length === 0 ? undefined : values.role,
      claims: readClaims(values.claim),
      expiresIn: values['expires-in'],
    }
    if (values['secret-env'] !== undefined) {
      if (values.store !== undefined) throw usageError('use --store or --secret-env, not both')
      return print(secretIssuer(values, values['secret-env'], io), input, io)
    }
    return withRing(values, io, async (ring) => print(requireRing(ring).issuer, input, io))
  },
})

async function print(issuer: Issuer, input: AccessTokenInput, io: CommandIo): Promise<number> {
  const { token, expiresAt } = await issuer.accessToken(input)
  line(io, token)
  note(io, `For ${input.subject}, until ${time(expiresAt, io.now())}. Anybody who has this token can use it.`)
  return EXIT.ok
}

function secretIssuer(
  values: { readonly issuer: string | undefined; readonly 'max-expires-in': number | undefined },
  name: string,
  io: CommandIo,
): Issuer {
  if (values.issuer === undefined) throw usageError('--issuer is required: the "iss" of the token, a URL')
  const secret = io.env[name]
  if (secret === undefined || secret === '') throw usageError('--secret-env names a variable that is not set')
  io.hide(secret)
  const { issuer, 'max-expires-in': maxExpiresIn } = values
  return createIssuer({ issuer, algorithm: 'HS256', secret, maxExpiresIn, random: () => 0, now: io.now })
}

function readClaims(pairs: readonly string[]): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
      if (name === undefined) throw usageError('--claim must be <name>=<value>, such as --claim org=7')
      return [name, readClaim(name, value)]
    }),
  )
}

function readClaim(name: string, value: string): JsonValue {
  try {
    return JSON.parse(value) as JsonValue
  } catch {
    if (/^[[{"]/.test(value)) throw usageError(`--claim ${name} begins like JSON, but is not valid JSON`)
    return value
  }
}
