import { createAuthenticator, REFUSALS, type AuthenticatorOptions, type Outcome } from '@countersign/core'
import { command, type Command } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { readAll, type CommandIo } from '../io.ts'
import { flag, list, text, type OptionValues } from '../options.ts'
import { json, line, note, paint, printable, table, time } from '../output.ts'
import {
  kindOf,
  MAX_TOKEN_LENGTH,
  readUnverified,
  extractToken,
  type Part,
  type UnverifiedToken,
} from '../unverified.ts'

const OPTIONS = {
  verify: flag('Verifies the token like a server with these options. Fetches keys.'),
  issuer: text('<url>', 'Required "iss". Its keys are discovered, unless --jwks-uri or --secret-env is set.'),
  audience: list('<url>', 'Required "aud". If repeated, the token must have one of them.'),
  'any-audience': flag('Turns off the check of the audience.'),
  'jwks-uri': text('<url>', 'Address of the key set.'),
  'secret-env': text('<name>', 'Environment variable with the shared secret, for HS256.'),
  typ: text('<type>', 'Required "typ" of the header. Default: that of access tokens.'),
  json: flag('Prints JSON.'),
}

/** `countersign inspect [token]` */
export const inspect: Command = command({
  name: 'inspect',
  summary: 'Shows the content of a token. Verifies nothing, unless --verify is set.',
  details: [
    'Reads the token from stdin if the argument is - or missing. As an argument, every user of this machine can see the token. The signature is never shown. Exit code 1: the token is rejected. Exit code 3: its keys are unavailable, so it could not be verified.',
  ],
  argument: '[token]',
  options: OPTIONS,
  examples: [
    'inspect < token.txt',
    'inspect --verify --issuer https://auth.example.com --audience https://api.example.com < token.txt',
  ],
  async run({ values, positionals: [argument] }, io) {
    const options = values.verify ? verifying(values, io) : undefined
    assertUsed(values)
    const token = await readToken(argument, io)
    const unverified = readUnverified(token)
    if (options === undefined) {
      show(unverified, undefined, values.json, io)
      return EXIT.ok
    }
    const result = resultOf(await createAuthenticator(options).authenticateToken(token))
    show(unverified, result, values.json, io)
    return result.exitCode
  },
})

type Values = OptionValues<typeof OPTIONS>

/** The result of verifying the token. */
interface VerifyResult {
  readonly accepted: boolean
  readonly code?: string
  readonly claim?: string
  readonly detail: string
  readonly remedy?: string
  readonly exitCode: number
}

function assertUsed(values: Values): void {
  if (values.verify) return
  const names = ['issuer', 'jwks-uri', 'secret-env', 'typ'] as const
  const unused = names.find((name) => values[name] !== undefined)
  const lone =
    unused ?? (values.audience.length > 0 ? 'audience' : values['any-audience'] ? 'any-audience' : undefined)
  if (lone !== undefined) throw usageError(`--${lone} has no effect without --verify`)
}

function verifying(values: Values, io: CommandIo): AuthenticatorOptions {
  const { issuer, audience } = values
  if (issuer === undefined) throw usageError('--verify needs --issuer')
  if (audience.length > 0 === values['any-audience'])
    throw usageError('--verify needs --audience, or --any-audience')
  const base = {
    issuer,
    audience: values['any-audience'] ? null : audience,
    now: io.now,
    ...(values.typ === undefined ? undefined : { typ: values.typ }),
    ...(values['jwks-uri'] === undefined ? undefined : { jwksUri: values['jwks-uri'] }),
  }
  const name = values['secret-env']
  if (name === undefined) return base
  const secret = io.env[name]
  if (secret === undefined || secret === '') throw usageError('--secret-env names a variable that is not set')
  io.hide(secret)
  return { ...base, secret }
}

async function readToken(argument: string | undefined, io: CommandIo): Promise<string> {
  if (argument !== undefined && argument !== '-') return extractToken(argument)
  if (io.isTTY.stdin) note(io, 'Paste the token, then press Enter and Ctrl-D (Windows: Ctrl-Z, Enter).')
  const input = await readAll(io.stdin, 2 * MAX_TOKEN_LENGTH)
  if (input === undefined) throw usageError(`a token has at most ${MAX_TOKEN_LENGTH} characters`)
  return extractToken(input)
}

function resultOf(outcome: Outcome): VerifyResult {
  if (outcome.type === 'authenticated') {
    return {
      accepted: true,
      detail: 'Accepted: signature and claims meet these options.',
      exitCode: EXIT.ok,
    }
  }
  // There is a token, so the outcome is never anonymous.
  const code = outcome.type === 'refused' ? outcome.refusal.body.code : 'credential_missing'
  const claim = outcome.type === 'refused' ? outcome.refusal.body.claim : undefined
  const { detail, remedy, status } = REFUSALS[code]
  return {
    accepted: false,
    code,
    ...(claim === undefined ? undefined : { claim }),
    detail,
    remedy,
    exitCode: status === 503 ? EXIT.unavailable : EXIT.failed,
  }
}

const NOT_VERIFIED = 'Not verified: anybody can write such a token. See --verify.'

function show(
  token: UnverifiedToken,
  result: VerifyResult | undefined,
  asJson: boolean,
  io: CommandIo,
): void {
  const { header, claims, size } = token
  const dates = datesOf(claims, io.now())
  if (asJson) {
    const { exitCode: _, ...rest } = result ?? { exitCode: 0 }
    line(
      io,
      json({
        verified: result?.accepted ?? null,
        ...rest,
        kind: kindOf(token),
        size,
        header,
        claims: claims ?? null,
        dates: Object.fromEntries(dates),
      }),
    )
    return
  }
  showResult(result, io)
  line(io, '')
  line(
    io,
    table([
      ['Kind', kindOf(token)],
      ['Size', `${size} bytes`],
    ]),
  )
  showPart('Header', header, io)
  if (claims !== undefined) showPart('Claims', claims, io)
  if (dates.length > 0) {
    line(io, `\n${paint(io, 'bold', 'Dates')}`)
    line(io, table(dates))
  }
}

function showResult(result: VerifyResult | undefined, io: CommandIo): void {
  if (result === undefined) return line(io, paint(io, 'yellow', NOT_VERIFIED))
  if (result.accepted) return line(io, paint(io, 'green', result.detail))
  const claim = result.claim === undefined ? '' : ` (${printable(result.claim)})`
  const word = result.exitCode === EXIT.unavailable ? 'Could not be verified' : 'Rejected'
  line(io, paint(io, 'red', `${word}: ${result.code}${claim}`))
  line(io, result.detail)
  line(io, `What to do: ${result.remedy}`)
}

function showPart(name: string, part: Part, io: CommandIo): void {
  line(io, `\n${paint(io, 'bold', name)}`)
  line(io, json(part))
}

/** Claims that are times, in seconds since the epoch (RFC 7519 section 2, OpenID Connect Core 1.0). */
const DATES = ['iat', 'nbf', 'exp', 'auth_time', 'updated_at']

function datesOf(claims: Part | undefined, now: number): [string, string][] {
  return DATES.flatMap((name) => {
    const seconds = claims !== undefined && Object.hasOwn(claims, name) ? claims[name] : undefined
    return typeof seconds === 'number' ? [[name, time(seconds * 1_000, now)]] : []
  })
}
