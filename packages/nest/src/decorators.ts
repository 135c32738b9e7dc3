import { role, scope, type Requirement } from '@countersign/core'
import { assertRequirement } from '@countersign/core/adapter'
import { applyDecorators, SetMetadata, UseGuards, type CustomDecorator } from '@nestjs/common'
import { JwtAuthGuard } from './guard.ts'
import { POLICY, PUBLIC, REQUIREMENTS } from './metadata.ts'

/** On a class or a method. */
type AuthDecorator = MethodDecorator & ClassDecorator

/**
 * Makes a class or method public if `JwtAuthGuard` is the application's guard. A requirement on the same class or
 * method, or on a method of a public class, has priority over it.
 */
export const Public = (): CustomDecorator<symbol> => SetMetadata(PUBLIC, true)

/** Uses the policy of this name (`forRoot({ name })`). */
export const UsePolicy = (name: string): CustomDecorator<symbol> => SetMetadata(POLICY, name)

/**
 * Adds a requirement, and guards the class or method with {@link JwtAuthGuard}. All requirements of a class and its
 * method must be met; for alternatives use `anyOf`.
 *
 * @example
 * ```ts
 * @Authorize(anyOf(role('admin'), scope('orders:delete')))
 * @Delete(':id')
 * remove(@Param('id') id: string) {}
 * ```
 */
export function Authorize(requirement: Requirement): AuthDecorator {
  assertRequirement(requirement)
  return applyDecorators(addRequirement(requirement), UseGuards(JwtAuthGuard))
}

/**
 * Requires all of these scopes: `@Authorize(scope(...))`.
 *
 * @example
 * ```ts
 * @Scopes('orders:read')
 * @Get()
 * list() {}
 * ```
 */
export function Scopes(...scopes: [string, ...string[]]): AuthDecorator {
  return Authorize(scope(...scopes))
}

/**
 * Requires all of these roles: `@Authorize(role(...))`. For one of several, `@Authorize(anyOf(role(...),
 * role(...)))`.
 *
 * @example
 * ```ts
 * @Roles('admin')
 * @Delete(':id')
 * remove(@Param('id') id: string) {}
 * ```
 */
export function Roles(...roles: [string, ...string[]]): AuthDecorator {
  return Authorize(role(...roles))
}

/** Adds to existing requirements: a second decorator must not silently replace the first. */
function addRequirement(requirement: Requirement): AuthDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const holder = (descriptor?.value ?? target) as object
    const earlier = (Reflect.getMetadata(REQUIREMENTS, holder) ?? []) as readonly Requirement[]
    Reflect.defineMetadata(REQUIREMENTS, [...earlier, requirement], holder)
  }
}
