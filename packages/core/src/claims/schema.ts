import { copyMembers, memberOf } from '../base/members.ts'
import { Failure } from '../refusal/failure.ts'
import { isThenable, type MaybePromise } from '../base/maybe-promise.ts'
import type { DefaultClaims } from '../principal/registered-claims.ts'
import { deepFreeze } from './deep-freeze.ts'

/**
 * The interface of Standard Schema version 1 (standardschema.dev), declared here as its specification allows:
 * zod, valibot, arktype and others implement it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema returns. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** An issue that a schema reports. Its message may quote the value, so it never leaves the process. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The output of a schema. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output']

/** The claims of a principal: the output of the schema, or those of an application without one. */
export type ClaimsOf<Schema extends StandardSchema | undefined> = Schema extends StandardSchema
  ? SchemaOutput<Schema>
  : DefaultClaims

/** Where a schema reported issues, for operators: paths, no messages. */
export interface ClaimsIssues {
  readonly paths: readonly string[]
}

/**
 * Validates the claims with the user's schema. Its output replaces them. If a schema throws, or returns an invalid
 * result, that is the application's fault.
 */
export function applySchema(schema: StandardSchema, claims: unknown): MaybePromise<object | Failure> {
  try {
    const standard = memberOf(Object(schema) as object, '~standard') as StandardSchema['~standard']
    const result = standard.validate(claims)
    return isThenable(result) ? Promise.resolve(result).then(toClaims).catch(toFault) : toClaims(result)
  } catch (cause) {
    return toFault(cause)
  }
}

function toFault(cause: unknown): Failure {
  return new Failure('internal_error', { cause })
}

function toClaims(result: SchemaResult<unknown>): object | Failure {
  // arktype's issues are members of a class
  const { issues, value } = copyMembers(result, { issues: 1, value: 1 }) as Partial<Issues> & {
    value: unknown
  }
  if (issues !== undefined) {
    const cause: ClaimsIssues = { paths: issues.map(toPath) }
    return new Failure('claims_invalid', { cause })
  }
  if (typeof value !== 'object' || value === null) {
    return toFault(new TypeError('the claims schema did not return an object'))
  }
  return deepFreeze(value)
}

interface Issues {
  readonly issues: readonly SchemaIssue[]
}

function toPath(issue: SchemaIssue): string {
  const { path = [] } = copyMembers(issue, { path: 1 })
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}
