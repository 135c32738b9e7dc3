import {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  describeRequirement,
  isRequirement,
  maxAuthAge,
  not,
  role,
  sameRequirement,
  scope,
  scopesOf,
  toOpenApiSecurity,
  type Requirement,
} from '@countersign/core'
import { assertRequirement } from '@countersign/core/adapter'
import { describe, expect, it } from 'vitest'
import { thrownBy } from '../support/options.ts'

const owner = () => true
const samples: Record<string, Requirement> = {
  'scope(a b)': scope('a', 'b'),
  'role(admin, Site Admin)': role('admin', 'Site Admin'),
  'claim(org.name = "acme")': claim('org.name', 'acme'),
  'claim(level = 3)': claim('level', 3),
  'acr(gold or silver)': acr('gold', 'silver'),
  'maxAuthAge(300 s)': maxAuthAge(300),
  'check(owner)': check('owner', owner),
  'scope(a) and role(b)': allOf(scope('a'), role('b')),
  'scope(a) or role(b)': anyOf(scope('a'), role('b')),
  'not role(guest)': not(role('guest')),
  'scope(a) and (role(b) or role(c))': allOf(scope('a'), anyOf(role('b'), role('c'))),
  'not (scope(a) or scope(b))': not(anyOf(scope('a'), scope('b'))),
  'scope(x)': allOf(scope('x')),
  '(scope(a) and role(b)) or role(c)': anyOf(allOf(scope('a'), role('b')), role('c')),
  'not scope(y)': not(anyOf(scope('y'))),
}

describe('a requirement', () => {
  it.each(Object.entries(samples))('prints as %s', (text, requirement) => {
    expect(describeRequirement(requirement)).toBe(text)
  })

  it('is the same as itself made again, and as no other', () => {
    const again: Requirement[] = [
      scope('a', 'b'),
      role('admin', 'Site Admin'),
      claim('org.name', 'acme'),
      claim('level', 3),
      acr('gold', 'silver'),
      maxAuthAge(300),
      check('owner', owner),
      allOf(scope('a'), role('b')),
      anyOf(scope('a'), role('b')),
      not(role('guest')),
      allOf(scope('a'), anyOf(role('b'), role('c'))),
      not(anyOf(scope('a'), scope('b'))),
      allOf(scope('x')),
      anyOf(allOf(scope('a'), role('b')), role('c')),
      not(anyOf(scope('y'))),
    ]
    const all = Object.values(samples)
    expect(again).toHaveLength(all.length)
    for (const [i, one] of all.entries()) {
      for (const [j, other] of again.entries()) expect(sameRequirement(one, other), `${i} ${j}`).toBe(i === j)
    }
  })

  it('is the same in any order of names, and not with a part of them', () => {
    expect(sameRequirement(scope('a', 'b'), scope('b a'))).toBe(true)
    expect(sameRequirement(scope('a', 'b'), scope('a'))).toBe(false)
    expect(sameRequirement(scope('a', 'b'), scope('a', 'c'))).toBe(false)
    expect(sameRequirement(role('a'), role('b'))).toBe(false)
    expect(sameRequirement(acr('a'), acr('b'))).toBe(false)
    expect(sameRequirement(claim('a.b', 1), claim(['a', 'b'], 1))).toBe(true)
    expect(sameRequirement(claim('a.b', 1), claim(['a.b'], 1))).toBe(false)
    expect(sameRequirement(claim('a', 1), claim('a', '1'))).toBe(false)
    expect(
      sameRequirement(
        check('x', owner),
        check('x', () => true),
      ),
    ).toBe(false)
    expect(sameRequirement(maxAuthAge(1), maxAuthAge(2))).toBe(false)
  })

  it('is frozen', () => {
    for (const requirement of Object.values(samples)) expect(Object.isFrozen(requirement)).toBe(true)
    const { scopes } = scope('a') as unknown as { scopes: string[] }
    expect(() => scopes.push('b')).toThrow(TypeError)
  })

  it('is known as one, and nothing else is', () => {
    for (const requirement of Object.values(samples)) {
      expect(isRequirement(requirement)).toBe(true)
      assertRequirement(requirement)
    }
    for (const other of [
      null,
      undefined,
      'scope',
      {},
      { kind: 'x' },
      { kind: 'scope' },
      [],
      owner,
      scope,
      { kind: 'allOf', requirements: [] },
    ]) {
      expect(isRequirement(other)).toBe(false)
      expect(thrownBy(() => assertRequirement(other)).message).toMatch(/needs requirements, such as scope/)
    }
    expect.assertions(Object.keys(samples).length + 30)
  })
})

describe('the scopes to ask for', () => {
  it.each<[string, Requirement, string[]]>([
    ['those of a scope', scope('a b'), ['a', 'b']],
    ['all of allOf, each once', allOf(scope('a', 'b'), role('x'), scope('b', 'c')), ['a', 'b', 'c']],
    ['the first of anyOf that has some', anyOf(role('x'), scope('a'), scope('b')), ['a']],
    ['of parts in parts', allOf(scope('a'), anyOf(scope('b'), scope('c'))), ['a', 'b']],
    ['none of not', not(scope('a')), []],
    ['none of a role', role('x'), []],
    ['none of anyOf without any', anyOf(role('x'), check('y', owner)), []],
  ])('are %s', (_what, requirement, scopes) => {
    expect(scopesOf(requirement)).toEqual(scopes)
  })
})

describe('OpenAPI’s security', () => {
  it.each<[string, Requirement, string[][]]>([
    ['one alternative', scope('a', 'b'), [['a', 'b']]],
    ['one of two', anyOf(scope('a'), scope('b')), [['a'], ['b']]],
    ['both at once', allOf(scope('a'), scope('b', 'a')), [['a', 'b']]],
    [
      'both of either',
      allOf(scope('a'), anyOf(scope('b'), scope('c'))),
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ],
    [
      'four ways',
      allOf(anyOf(scope('a'), scope('b')), anyOf(scope('c'), scope('d'))),
      [
        ['a', 'c'],
        ['a', 'd'],
        ['b', 'c'],
        ['b', 'd'],
      ],
    ],
    ['a role, which OpenAPI cannot say', role('x'), [[]]],
    ['a role beside a scope', allOf(role('x'), scope('a')), [['a']]],
    ['not, which it cannot say', not(scope('a')), [[]]],
  ])('says %s', (_what, requirement, alternatives) => {
    expect(toOpenApiSecurity(requirement, 'jwt')).toEqual(alternatives.map((scopes) => ({ jwt: scopes })))
  })
})

describe('a mistake in a requirement is an error where it is made', () => {
  const make = (maker: (...values: never) => Requirement, ...values: unknown[]) =>
    thrownBy(() => (maker as (...all: unknown[]) => Requirement)(...values))

  it.each<[string, (...values: never) => Requirement, unknown[][]]>([
    [
      'scope',
      scope,
      [
        [],
        [''],
        [' '],
        ['a\tb'],
        ['a"b'],
        ['a\\b'],
        ['é'],
        [1],
        [null],
        [['a']],
        ['a', undefined],
        ['a\r\nb'],
      ],
    ],
    ['role', role, [[], [''], [1], [null], [['a']], ['a', '']]],
    [
      'claim',
      claim,
      [
        [],
        ['', 'x'],
        ['a'],
        ['a', null],
        ['a', {}],
        ['a', ['x']],
        [[], 'x'],
        [['a', ''], 'x'],
        ['a..b', 1],
        [[1], 1],
        [5, 5],
      ],
    ],
    ['acr', acr, [[], [''], ['a b'], ['a"b'], [1]]],
    ['maxAuthAge', maxAuthAge, [[], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['60'], [null]]],
    ['allOf', allOf, [[], [{}], [scope('a'), null], [[scope('a')]]]],
    ['anyOf', anyOf, [[], ['a'], [scope('a'), undefined]]],
    ['not', not, [[], [{}], ['a'], [null]]],
    ['check', check, [[], ['x'], ['', owner], [owner], ['x', true]]],
  ])('%s()', (name, maker, mistakes) => {
    for (const values of mistakes) expect(make(maker, ...values).option).toBe(name)
    expect.assertions(2 * mistakes.length)
  })
})
