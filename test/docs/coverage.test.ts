import { createAuthenticator, REFUSAL_CODES, REFUSALS, type AuthenticatorOptions } from '@countersign/core'
import { SESSION_PROBLEMS } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { allOptions, markdownFiles } from '../../tools/scripts/docs.mjs'
import { read } from './repository.ts'

/** Whether an option of this name is accepted, whatever its value must be. */
function isAccepted(name: string): boolean {
  try {
    createAuthenticator({ [name]: undefined } as unknown as AuthenticatorOptions)
  } catch (error) {
    return !(error as Error).message.includes('does not exist')
  }
  throw new Error('options without an issuer made an authenticator')
}

/** Every name that the type of the options has; the compiler finds a forgotten or superfluous one. */
const OPTION_NAMES: Record<keyof AuthenticatorOptions, true> = {
  issuer: true,
  audience: true,
  clientId: true,
  secret: true,
  publicKey: true,
  jwks: true,
  jwksUri: true,
  key: true,
  keyServer: true,
  dangerouslyAllowHttp: true,
  decryption: true,
  algorithms: true,
  profile: true,
  typ: true,
  accept: true,
  clockTolerance: true,
  maxTokenAge: true,
  dangerouslyAllowNoExpiry: true,
  maxTokenLength: true,
  tokenCacheSize: true,
  offload: true,
  scopesFrom: true,
  rolesFrom: true,
  isRevoked: true,
  cookie: true,
  origin: true,
  allowedOrigins: true,
  csrfSecrets: true,
  insecureLocalhost: true,
  dangerouslyAllowUnprefixedCookie: true,
  dangerouslyReadQuery: true,
  optional: true,
  exposeToken: true,
  realm: true,
  now: true,
  fetch: true,
  claims: true,
}

describe('docs/errors.md', () => {
  const text = read('docs/errors.md')
  const documented = [...text.matchAll(/^## (\w+)$/gm)].map(([, code]) => code)

  it('documents every code, in the order of the table, and no other', () => {
    expect(documented).toEqual([...REFUSAL_CODES])
  })

  it.each(REFUSAL_CODES)('gives %s its status, text and remedy', (code) => {
    const section = text.split(`\n## ${code}\n`)[1]?.split('\n## ')[0]
    expect(section).toContain(`- Status: ${REFUSALS[code].status}`)
    expect(section).toContain(REFUSALS[code].detail)
    expect(section).toContain(REFUSALS[code].remedy)
  })
})

describe('docs/options.md', () => {
  const rows = [...read('docs/options.md').matchAll(/^\| `(\w+)`.*$/gm)]
  const documented = rows.map(([, name = '']) => name)
  const { sections, schema, keyServer, decryption, adapter } = allOptions()
  const ofAuthenticator = [...sections.flatMap(({ options }) => options), ...schema]

  it('documents every option that is accepted, and no other', () => {
    const accepted = Object.keys(OPTION_NAMES)
    expect(accepted.filter((name) => !isAccepted(name))).toEqual([])
    expect(isAccepted('isuer')).toBe(false)
    expect(ofAuthenticator.map(({ name }) => name).toSorted()).toEqual(accepted.toSorted())
    const others = [...keyServer, ...decryption, ...adapter].map(({ name }) => name)
    expect(documented.toSorted()).toEqual([...accepted, ...others].toSorted())
  })

  it('says the default of every option that may be left out', () => {
    // Exactly one of these is the source of keys; without any, the issuer is.
    const keySources = ['secret', 'publicKey', 'jwks', 'jwksUri', 'key']
    const silent = [...ofAuthenticator, ...keyServer, ...decryption, ...adapter]
      .filter(
        ({ name, required, doc }) => !required && !keySources.includes(name) && !/\bDefault\b/.test(doc),
      )
      .map(({ name }) => name)
    expect(silent).toEqual([])
  })
})

describe('prose', () => {
  const paths = markdownFiles().filter(
    (path) => !path.startsWith('docs/errors') && !path.startsWith('docs/options'),
  )
  const known: readonly string[] = [...REFUSAL_CODES, ...Object.keys(SESSION_PROBLEMS)]
  /** Names in the style of codes that are something else: claims, parameters and values of the specifications. */
  const others = new Set(
    `access_token acr_values at_hash auth_time c_hash client_id email_verified error_description id_token
     insufficient_scope insufficient_user_authentication invalid_request invalid_token jwks_uri max_age
     realm_access resource_access token_use key_ops refresh_token response_types_supported
     pg_catalog pg_temp statement_timeout synchronous_standby_names busy_timeout`.split(/\s+/),
  )
  /** What the client says of failures by itself. */
  const ofClient = new Set(['answer_invalid', 'session_changed', 'timed_out'])

  it.each(paths)('%s names no refusal that does not exist', (path) => {
    const named = [...read(path).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => name)
    const missing = named.filter((name) => !known.includes(name) && !others.has(name) && !ofClient.has(name))
    expect(missing).toEqual([])
  })
})
