import { isAuthError } from '@countersign/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { APPS, GOOD } from './apps.ts'
import { columns } from './columns/index.ts'
import { bearer } from './row.ts'
import type { RunningApp } from './spec.ts'
import { send } from './wire/send.ts'

const bug = new Error('a bug')
const errors: unknown[] = []

describe.each(columns)('$name', (column) => {
  let app: RunningApp
  beforeAll(async () => {
    app = await column.start(APPS.bearer, {
      handle: () => {
        throw bug
      },
      onError(error) {
        errors.push(error)
        return { status: 418, headers: {}, body: { ours: isAuthError(error) } }
      },
    })
  })
  afterAll(() => app.stop())
  beforeEach(() => void (errors.length = 0))

  it('an error of a handler is for the error channel of the framework, as it was thrown', async () => {
    const { status, body } = await send(app.port, bearer(GOOD))
    expect([status, JSON.parse(body)]).toEqual([418, { ours: false }])
    expect(errors).toEqual([bug])
  })

  it('a handler that would throw does not run for a refused request', async () => {
    expect((await send(app.port, {})).status).toBe(401)
    expect(errors).toEqual([])
  })
})
