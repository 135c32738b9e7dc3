import { REFUSAL_CODES, REFUSALS } from '@countersign/core'
import { SESSION_PROBLEMS } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'
import { allOptions, markdownFiles } from '../../tools/scripts/docs.mjs'
import { read } from './repository.ts'

/** The names that options may have, from the list that refuses misspelled ones. */
function acceptedOptions(): string[] {
  const list = /const OPTION_NAMES = \{(.*?)\}/s.exec(read('packages/core/src/policy/create-policy.ts'))?.[1]
  return [...(list ?? '').matchAll(/^ {2}(\w+): true,$/gm)].map(([, name = '']) => name)
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
  const { base, schema, keyServer, decryption, adapter } = allOptions()

  it('documents every option that is accepted, and no other', () => {
    const accepted = acceptedOptions()
    expect(accepted).toContain('issuer')
    const ofAuthenticator = [...base, ...schema].map(({ name }) => name)
    expect(ofAuthenticator.toSorted()).toEqual(accepted.toSorted())
    const others = [...keyServer, ...decryption, ...adapter].map(({ name }) => name)
    expect(documented.toSorted()).toEqual([...accepted, ...others].toSorted())
  })

  it('says the default of every option that may be left out', () => {
    // Exactly one of these is the source of keys; without any, the issuer is.
    const keySources = ['secret', 'publicKey', 'jwks', 'jwksUri', 'key']
    const silent = [...base, ...schema, ...keyServer, ...decryption, ...adapter]
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
     pg_catalog pg_temp statement_timeout max_prepared_statements synchronous_standby_names busy_timeout`.split(
      /\s+/,
    ),
  )
  /** What the client says of failures by itself. */
  const ofClient = new Set(['answer_invalid', 'session_changed', 'timed_out'])

  it.each(paths)('%s names no refusal that does not exist', (path) => {
    const named = [...read(path).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => name)
    const missing = named.filter((name) => !known.includes(name) && !others.has(name) && !ofClient.has(name))
    expect(missing).toEqual([])
  })
})
