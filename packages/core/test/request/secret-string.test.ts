import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { SecretString } from '../../src/request/secret-string.ts'

describe('a SecretString', () => {
  const secret = new SecretString('eyJ-the-token')

  it('reveals its text to whoever asks by name', () => {
    expect(secret.reveal()).toBe('eyJ-the-token')
  })

  it('says that it was redacted, where it is turned into text', () => {
    expect(String(secret)).toBe('[redacted]')
    expect(JSON.stringify(secret)).toBe('"[redacted]"')
    expect(inspect(secret)).toBe('SecretString [redacted]')
  })

  it.each<[string, () => string]>([
    ['JSON', () => JSON.stringify({ secret })],
    ['a template', () => `token: ${secret as unknown as string}`],
    ['String()', () => String(secret)],
    ['concatenation', () => 'x'.concat(secret as unknown as string)],
    ['inspect', () => inspect(secret)],
    [
      'inspect of all there is',
      () => inspect({ secret }, { depth: Infinity, showHidden: true, getters: true }),
    ],
    ['inspect without custom functions', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['console’s format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    [
      'its members',
      () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret), Object.assign({}, secret)]),
    ],
    ['a clone', () => inspect(structuredClone(secret), { showHidden: true })],
  ])('does not show in %s', (_where, show) => {
    const shown = show()
    expect(shown).not.toContain('eyJ')
    expect(shown).not.toBe('')
  })
})
