import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPS } from './apps.ts'
import { columns } from './columns/index.ts'
import { NOTHING } from './handlers/echo-handler.ts'
import { closeGate, happened, streams } from './handlers/stream-handler.ts'
import type { RunningApp } from './spec.ts'
import { parseResponse } from './wire/response.ts'
import { sendAndHold } from './wire/send.ts'

describe.each(columns)('$name', (column) => {
  let app: RunningApp
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
    const rest = { auth: APPS.bearer.auth!, issuer: NOTHING, parseBodies: false, earlier: [] }
    app = await column.startRoutes({ ...rest, sessions: streams })
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await app.stop()
  })
  beforeEach(() => void (happened.length = 0))

  /** A connection with a request on it, and what came back so far. */
  function ask(target: string) {
    const socket = sendAndHold(app.port, { target })
    const got = { text: '' }
    socket.on('data', (chunk: string) => (got.text += chunk))
    socket.on('error', () => undefined)
    return { socket, got }
  }

  it('[V-22] a chunk is sent before the next one is made', async () => {
    const open = closeGate()
    const { socket, got } = ask('/auth/gated')
    await vi.waitFor(() => expect(got.text).toContain('ne\n'), 10_000)
    expect(got.text).not.toContain('two')
    open()
    await once(socket, 'close')
    const { status, body } = parseResponse(got.text, 'GET')
    expect([status, Buffer.from(body, 'latin1').toString('utf8')]).toEqual([200, 'öne\ntwo\n'])
  })

  it('[D11] a source ends when the client goes, whatever it waits for', async () => {
    const { socket, got } = ask('/auth/endless')
    await vi.waitFor(() => expect(got.text).toContain('tick'), 10_000)
    socket.destroy()
    await vi.waitFor(() => expect(happened).toEqual(['returned']), 10_000)
  })

  it('[V-22] a source waits for a client that does not read, and ends with it', async () => {
    const { socket } = ask('/auth/much')
    await once(socket, 'data')
    socket.pause()
    let before = -1
    const standsStill = (): boolean => before === (before = happened.length)
    await expect.poll(standsStill, { timeout: 10_000, interval: 200 }).toBe(true)
    expect(happened.length).toBeLessThan(4_000)
    socket.destroy()
    await vi.waitFor(() => expect(happened.at(-1)).toBe('returned'), 10_000)
  })

  it('[D11] a source that fails half-way ends the connection, so that no client takes the part for the whole', async () => {
    const { socket, got } = ask('/auth/failing')
    await once(socket, 'close')
    expect(got.text).toMatch(/^HTTP\/1\.1 (200|500)/)
    expect(() => parseResponse(got.text.replace('HTTP/1.1 500', '?'), 'GET')).toThrow(
      /bad chunk size|bytes|status line|end of header/,
    )
  })

  it('[D11] a handler hears that the client is gone, and its answer harms nobody', async () => {
    const { socket } = ask('/auth/waiting')
    await vi.waitFor(() => expect(happened).toEqual(['waiting']), 10_000)
    socket.destroy()
    await vi.waitFor(() => expect(happened).toEqual(['waiting', 'aborted']), 10_000)
    const open = closeGate()
    open()
    const next = ask('/auth/gated')
    await once(next.socket, 'close')
    expect(next.got.text).toContain('two')
  })
})
