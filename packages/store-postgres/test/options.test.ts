import { OptionError } from '@countersign/core'
import { postgresStore, type PostgresPool, type PostgresQuery } from '@countersign/store-postgres'
import { describe, expect, it } from 'vitest'

const pool: PostgresPool = { query: async () => ({ rows: [] }) }

describe('postgresStore', () => {
  it.each([
    [{ schema: 'Auth' }, 'schema'],
    [{ schema: '' }, 'schema'],
    [{ schema: 'a"; DROP SCHEMA public; --' }, 'schema'],
    [{ schema: '1st' }, 'schema'],
    [{ schema: 'x'.repeat(64) }, 'schema'],
    [{ schema: 'pg_catalog' }, 'schema'],
    [{ schema: 'public' }, 'schema'],
    [{ schema: 'information_schema' }, 'schema'],
    [{ schema: 7 }, 'schema'],
    [{ statementTimeout: 0 }, 'statementTimeout'],
    [{ statementTimeout: Number.POSITIVE_INFINITY }, 'statementTimeout'],
    [{ statementTimeout: '5s' }, 'statementTimeout'],
    [{ asynchronousReplication: 'yes' }, 'asynchronousReplication'],
    [{ now: 5 }, 'now'],
    [{ scheme: 'auth' }, 'scheme'],
  ])('refuses %o at the start and names the option', (options: object, option) => {
    expect(() => postgresStore(pool, options)).toThrow(
      expect.objectContaining({ name: 'OptionError', option }),
    )
  })

  it('refuses what is no pool', () => {
    // @ts-expect-error a connection string is none
    expect(() => postgresStore('postgres://localhost')).toThrow(OptionError)
    // @ts-expect-error nothing is none
    expect(() => postgresStore()).toThrow(OptionError)
  })

  it('loses no write, unless it is told that writes can be lost', () => {
    expect(postgresStore(pool).mayLoseWrites).toBe(false)
    expect(postgresStore(pool, { asynchronousReplication: false }).mayLoseWrites).toBe(false)
    expect(postgresStore(pool, { asynchronousReplication: true }).mayLoseWrites).toBe(true)
  })

  it('asks nothing of the server before the first operation', () => {
    const silent: PostgresPool = {
      query: () => {
        throw new Error('asked')
      },
    }
    expect(() => postgresStore(silent)).not.toThrow()
  })
})

describe('errors of the driver', () => {
  const failing = async (error: Error) => {
    const query = async () => {
      throw error
    }
    return postgresStore({ query }).checkSession('alice', undefined)
  }

  it.each([
    Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }),
    Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('Cannot use a pool after calling end on the pool'),
    ...[
      '08006',
      '28P01',
      '40001',
      '40P01',
      '53300',
      '53100',
      '57P01',
      '57P02',
      '57P03',
      '58030',
      '25006',
      '55P03',
      '57014',
    ].map((code) => Object.assign(new Error('of the server'), { code, severity: 'FATAL' })),
  ])('of an outage are a StoreUnavailableError, with the error as its cause: %s', async (cause) => {
    await expect(failing(cause)).rejects.toMatchObject({ name: 'StoreUnavailableError', cause })
  })

  it.each([
    new TypeError('Cannot read properties of undefined'),
    Object.assign(new TypeError('of the wrong type'), { code: 'ERR_INVALID_ARG_TYPE' }),
    ...['23505', '42501', '42601', '22P02', 'P0001', 'XX000', '3D000'].map((code) =>
      Object.assign(new Error('of the server'), { code, severity: 'ERROR' }),
    ),
  ])('of a mistake are passed on: %s', async (error) => {
    await expect(failing(error)).rejects.toBe(error)
  })

  it('a conflict is tried again, and not for ever', async () => {
    const conflict = Object.assign(new Error('could not serialize'), { code: '40001' })
    let asked = 0
    const always = async () => {
      asked++
      throw conflict
    }
    await expect(postgresStore({ query: always }).checkSession('alice', undefined)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
    })
    expect(asked).toBe(5)
    const often = async () => {
      if (asked++ < 8) throw conflict
      return { rows: [{ result: '{"now":1}' }] }
    }
    expect(await postgresStore({ query: often }).now()).toBe(1)
  })
})

describe('the deadline of a write', () => {
  /** A server whose clock is a minute ahead of what it said first, as after a suspension. */
  function suspended(message: (time: number) => string) {
    const deadlines: number[] = []
    const query = async ({ text, values = [] }: PostgresQuery) => {
      if (text.includes('read_time')) return { rows: [{ result: '{"now":1000000}' }] }
      const deadline = Number(values.at(-2))
      deadlines.push(deadline)
      if (deadline < 1_060_000) {
        throw Object.assign(new Error(message(1_060_000)), { code: 'LATE1' })
      }
      return { rows: [{ result: '{"now":1060000,"deleted":3}' }] }
    }
    return { deadlines, store: postgresStore({ query }) }
  }

  it('that was over is told with the time, and the operation is made once more', async () => {
    const { deadlines, store } = suspended((time) => `countersign: after its deadline, at ${time} ms`)
    expect(await store.prune(1)).toBe(3)
    expect(deadlines).toHaveLength(2)
    expect(deadlines[0]).toBeLessThanOrEqual(1_005_000)
    expect(deadlines[1]).toBeGreaterThan(1_060_000)
  })

  it('that was over without a time is an error', async () => {
    const { store } = suspended(() => 'something else')
    await expect(store.prune(1)).rejects.toMatchObject({ code: 'LATE1' })
  })
})
