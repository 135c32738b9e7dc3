import { assertMountPath, pathBelow, targetPath } from '@countersign/core/adapter'
import { describe, expect, it } from 'vitest'

describe('the path of a target', () => {
  it.each([
    ['/a?b', '/a'],
    ['/a?b?c', '/a'],
    ['/', '/'],
    ['//a//b', '//a//b'],
    ['/%61/', '/%61/'],
    ['/a#b', '/a#b'],
    ['/a/http://b', '/a/http://b'],
    ['http://host/a?b', '/a'],
    ['HTTPS://user@host:1//a', '//a'],
    ['*', '*'],
    ['', ''],
  ])('of %j is %j', (target, path) => {
    expect(targetPath(target)).toBe(path)
  })
})

describe('the path below a mount', () => {
  it.each([
    ['/auth/a', '/auth', '/a'],
    ['/auth/a/b', '/auth', '/a/b'],
    ['/auth/', '/auth', '/'],
    ['/auth', '/auth', '/'],
    ['/auth//a', '/auth', '//a'],
    ['/auth/%61', '/auth', '/%61'],
    ['/api/auth/a', '/api/auth', '/a'],
    ['/acme/auth/a', '/:tenant/auth', '/a'],
    ['/a', '', '/a'],
  ])('%j below %j is %j', (path, mount, below) => {
    expect(pathBelow(path, mount)).toBe(below)
  })

  it.each([
    ['/authors', '/auth'],
    ['/AUTH/a', '/auth'],
    ['/%61uth/a', '/auth'],
    ['//auth/a', '/auth'],
    ['/x/auth/a', '/auth'],
    ['/api', '/api/auth'],
    ['//auth/a', '/:tenant/auth'],
    ['*', '/auth'],
  ])('[D5] %j is not below %j', (path, mount) => {
    expect(pathBelow(path, mount)).toBeUndefined()
  })
})

describe('the path of a mount', () => {
  it.each(['/auth', '/api/auth', '/v1.0/a-b_c~d', '/%C3%A4'])('may be %j', (path) => {
    expect(() => assertMountPath('prefix', path)).not.toThrow()
  })

  it.each([
    '',
    '/',
    'auth',
    '/auth/',
    '//auth',
    '/a//b',
    '/:tenant',
    '/*',
    '/a?b',
    '/a#b',
    '/a b',
    '/ä',
    1,
    undefined,
  ])('may not be %j', (path) => {
    expect(() => assertMountPath('prefix', path)).toThrow(
      'option "prefix" must be a plain path that begins with "/" and does not end with one, such as "/auth"',
    )
  })
})
