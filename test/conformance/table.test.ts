import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { APPS, asked, pulse, type AppName } from './apps.ts'
import { columns } from './columns/index.ts'
import { expectationOf } from './differences.ts'
import { assertExchange, stage, type Stage } from './replay.ts'
import type { Row } from './row.ts'
import { rows } from './rows/index.ts'

const byApp = new Map<AppName, Row[]>()
for (const row of rows) byApp.set(row.app, [...(byApp.get(row.app) ?? []), row])

describe.each(columns)('$name', (column) => {
  describe.each([...byApp])('policy "%s"', (name, its) => {
    let app: Stage

    beforeAll(async () => {
      app = await stage(column, APPS[name])
    })
    beforeEach(() => {
      asked.length = 0
    })
    afterAll(() => app.stop())

    it.each(its)('$title', async (row) => {
      const expected = expectationOf(column.name, row.title, row.expect)
      assertExchange(row, expected, await app.play(row.request))
      // a row that does not say what is asked does not care
      expect(asked).toEqual(expected.asked ?? asked)
    })

    it('[E1] the server that saw all this still answers', async () => {
      const { response } = await app.play(pulse(name))
      expect(response.status).toBe(200)
    })
  })
})
