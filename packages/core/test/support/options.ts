import { createAuthenticator, OptionError } from '@countersign/core'
import { expect } from 'vitest'
import { base } from './authenticate.ts'

/** The error that making an authenticator with these options throws; fails where none is thrown. */
export function optionError(options: object): OptionError {
  return thrownBy(() => createAuthenticator({ ...base, ...options }))
}

/** The `OptionError` that a function throws; fails where it throws none, or something else. */
export function thrownBy(make: () => unknown): OptionError {
  let thrown: unknown
  try {
    make()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(OptionError)
  return thrown as OptionError
}
