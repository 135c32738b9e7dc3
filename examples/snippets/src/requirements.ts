// #region data
import {
  anyOf,
  describeRequirement,
  role,
  sameRequirement,
  scope,
  scopesOf,
  toOpenApiSecurity,
} from '@countersign/core'

const mayDelete = anyOf(role('admin'), scope('orders:read', 'orders:delete'))

export const text = describeRequirement(mayDelete) // 'role(admin) or scope(orders:read orders:delete)'
export const scopes = scopesOf(mayDelete) // ['orders:read', 'orders:delete']
export const security = toOpenApiSecurity(mayDelete, 'bearer') // [{ bearer: [] }, { bearer: ['orders:read', …] }]
export const same = sameRequirement(scope('a', 'b'), scope('b a')) // true
// #endregion
