import {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  isRequirement,
  maxAuthAge,
  not,
  role,
  sameRequirement,
  scope,
  type Requirement,
} from '@countersign/core'
import { assertRequirement } from '@countersign/core/adapter'
import { describe, expect, it } from 'vitest'
import { thrownBy } from '../support/options.ts'

/** A call as JavaScript may make it. */
type AnyCall = (...values: unknown[]) => unknown

describe('a requirement that asks for nothing, or nonsense, is an error that says what is needed', () => {
  const scopes = 'needs the names of one or more scopes (RFC 6749 section 3.3)'
  const roles = 'needs the names of one or more roles'
  const classes = 'needs one or more authentication context class references'
  const seconds = 'needs a number of seconds, zero or more'
  const value = 'needs a string, a finite number or a boolean to compare with, got '

  it.each<[string, AnyCall, unknown[], string]>([
    ['scope', scope as AnyCall, [], scopes],
    ['scope', scope as AnyCall, [''], scopes],
    ['scope', scope as AnyCall, ['a', 7], scopes],
    ['scope', scope as AnyCall, ['a"b'], scopes],
    ['role', role as AnyCall, [], roles],
    ['role', role as AnyCall, ['a', ''], roles],
    ['role', role as AnyCall, [undefined], roles],
    ['acr', acr as AnyCall, [], classes],
    ['acr', acr as AnyCall, ['gold', 'two words'], classes],
    ['acr', acr as AnyCall, ['gold', 7], classes],
    ['claim', claim as AnyCall, ['', 1], 'needs the name of a claim'],
    ['claim', claim as AnyCall, [[], 1], 'needs the name of a claim'],
    ['claim', claim as AnyCall, [7, 1], 'needs the name of a claim'],
    ['claim', claim as AnyCall, ['a'], value],
    ['claim', claim as AnyCall, ['a', null], value],
    ['claim', claim as AnyCall, ['a', ['b']], value],
    ['claim', claim as AnyCall, ['a', Number.NaN], `${value}NaN`],
    ['claim', claim as AnyCall, ['a', Number.POSITIVE_INFINITY], value],
    ['maxAuthAge', maxAuthAge as AnyCall, [], seconds],
    ['maxAuthAge', maxAuthAge as AnyCall, [-1], seconds],
    ['maxAuthAge', maxAuthAge as AnyCall, ['60'], seconds],
    ['maxAuthAge', maxAuthAge as AnyCall, [Number.POSITIVE_INFINITY], seconds],
    ['check', check as AnyCall, ['', () => true], 'needs a name'],
    ['check', check as AnyCall, [7, () => true], 'needs a name'],
    ['check', check as AnyCall, ['owner'], '"owner" needs a function'],
    ['requirement', assertRequirement, ['orders:read'], "needs requirements, such as scope('orders:read')"],
    ['not', not as AnyCall, [undefined], 'needs requirements'],
    ['allOf', allOf as AnyCall, [], 'needs requirements'],
    ['anyOf', anyOf as AnyCall, [scope('a'), 'b'], 'needs requirements'],
  ])('%s', (option, call, values, message) => {
    const error = thrownBy(() => call(...values))
    expect(error.option).toBe(option)
    expect(error.message).toContain(message)
  })

  it('but zero seconds, false and zero are values', () => {
    expect(maxAuthAge(0)).toMatchObject({ seconds: 0 })
    expect(claim('a', false)).toMatchObject({ value: false })
    expect(claim('a', 0)).toMatchObject({ value: 0 })
  })

  it('and what is named twice is asked for once', () => {
    expect(acr('gold', 'gold')).toEqual(acr('gold'))
    expect(role('a', 'a')).toEqual(role('a'))
    expect(scope('a', 'a a')).toEqual(scope('a'))
  })
})

describe('[D4] what is no requirement is not taken for one, whatever it looks like', () => {
  const good = scope('a')

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'scope'],
    ['an unknown kind', { kind: 'scopes', scopes: ['a'] }],
    ['a kind of the prototype', { kind: 'constructor' }],
    ['no scopes', { kind: 'scope' }],
    ['an empty list of scopes', { kind: 'scope', scopes: [] }],
    ['an empty name', { kind: 'scope', scopes: ['a', ''] }],
    ['scopes as a text', { kind: 'scope', scopes: 'a' }],
    ['a scope that is a number', { kind: 'scope', scopes: ['a', 7] }],
    ['an empty list of roles', { kind: 'role', roles: [] }],
    ['an empty role', { kind: 'role', roles: [''] }],
    ['no path', { kind: 'claim', value: 1 }],
    ['an empty path', { kind: 'claim', path: [], value: 1 }],
    ['a claim that is compared with nothing, as a missing one is', { kind: 'claim', path: ['a'] }],
    ['a claim that is compared with null', { kind: 'claim', path: ['a'], value: null }],
    ['a claim that is compared with a list', { kind: 'claim', path: ['a'], value: [] }],
    ['no classes', { kind: 'acr', values: [] }],
    ['a class that is no text', { kind: 'acr', values: [undefined] }],
    ['no seconds', { kind: 'maxAuthAge' }],
    ['seconds as a text', { kind: 'maxAuthAge', seconds: '60' }],
    ['all of nothing', { kind: 'allOf', requirements: [] }],
    ['any of nothing', { kind: 'anyOf', requirements: [] }],
    ['all of one that is none', { kind: 'allOf', requirements: [good, {}] }],
    ['the opposite of nothing', { kind: 'not' }],
    ['the opposite of one that is none', { kind: 'not', requirement: { kind: 'scope', scopes: [] } }],
    ['a check without a name', { kind: 'check', check: () => true }],
    ['a check with an empty name', { kind: 'check', name: '', check: () => true }],
    ['a check without a function', { kind: 'check', name: 'owner' }],
    ['a check with a text', { kind: 'check', name: 'owner', check: 'true' }],
  ])('%s', (_what, value) => {
    expect(isRequirement(value)).toBe(false)
    expect(thrownBy(() => assertRequirement(value)).option).toBe('requirement')
  })

  it.each<[string, unknown]>([
    ['a scope', good],
    ['a claim that is false', claim('a', false)],
    ['a claim that is 0', claim('a', 0)],
    ['a claim that is an empty text', claim('a', '')],
    ['zero seconds', maxAuthAge(0)],
    ['a copy of one', structuredClone(allOf(good, not(role('b'))))],
  ])('but %s is one', (_what, value) => {
    expect(isRequirement(value)).toBe(true)
  })
})

describe('requirements', () => {
  const isOwner = (): boolean => true
  const different: readonly (readonly [Requirement, Requirement])[] = [
    [allOf(scope('a')), allOf(scope('a'), role('b'))],
    [anyOf(scope('a')), anyOf(scope('a'), role('b'))],
    [allOf(scope('a'), role('b')), anyOf(scope('a'), role('b'))],
    [acr('a', 'b'), acr('a')],
    [scope('a'), role('a')],
    [claim('a', 1), maxAuthAge(1)],
    [claim('a', 1), scope('a')],
    [maxAuthAge(1), scope('a')],
    [check('a', isOwner), check('b', isOwner)],
    [check('a', isOwner), check('a', () => true)],
    [check('a', isOwner), scope('a')],
    [not(scope('a')), scope('a')],
  ]

  it.each(different.map((pair, i) => [i, ...pair] as const))(
    'that differ are not the same, either way round: %i',
    (_i, a, b) => {
      expect(sameRequirement(a, b)).toBe(false)
      expect(sameRequirement(b, a)).toBe(false)
      expect(sameRequirement(a, a)).toBe(true)
    },
  )
})
