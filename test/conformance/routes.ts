import { acr, allOf, anyOf, check, claim, maxAuthAge, not, role, scope } from '@countersign/core'
import type { RouteSpec } from './spec.ts'

/** What guards ask of a token, by the path that they stand before. */
const guarded = {
  '/scope': scope('orders:read'),
  '/scopes-two-arguments': scope('orders:read', 'orders:write'),
  '/scopes-one-text': scope('orders:read orders:write'),
  '/scope-admin': scope('admin'),
  '/role': role('admin'),
  '/claim': claim('org', 'acme'),
  '/acr': acr('urn:acr:gold', 'urn:acr:silver'),
  '/fresh': maxAuthAge(300),
  '/any': anyOf(role('admin'), scope('orders:read')),
  '/all': allOf(role('admin'), scope('orders:read')),
  '/not': not(role('guest')),
  '/check': check('tenant', (principal) => principal.subject === 'user-1'),
  '/check-later': check('tenant', (principal) => Promise.resolve(principal.subject === 'user-1')),
  '/check-throws': check('broken', () => {
    throw new Error('the database said: eyJhbGciOi secret')
  }),
  '/check-odd': check('odd', () => 'yes' as never),
} as const

/** The routes of every application of the table. */
export const ROUTES: readonly RouteSpec[] = [
  { method: 'GET', path: '/public', public: true },
  { method: 'POST', path: '/public', public: true },
  ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).map((method) => ({
    method,
    path: '/me',
  })),
  { method: 'GET', path: '/admin' },
  { method: 'GET', path: '/own-cache', headers: { 'Cache-Control': 'private, max-age=60' } },
  ...Object.entries(guarded).map(([path, requirement]) => ({ method: 'GET' as const, path, requirement })),
]
