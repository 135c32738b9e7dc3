import { fakeClock, startKeyServer, type KeyServer } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { columns } from './columns/index.ts'
import { expectationOf } from './differences.ts'
import { AUDIENCE, ISSUER } from './issuers.ts'
import { assertExchange, stage, type Stage } from './replay.ts'
import type { Expectation } from './row.ts'
import { ROUTES } from './routes.ts'
import { scenarios } from './scenarios/index.ts'
import type { KeyServerState, Step } from './scenarios/scenario.ts'

/** Answers of a key server that fails while it is up. */
const answers: Partial<Record<KeyServerState, Parameters<KeyServer['behave']>[0]>> = {
  'answers 500': (_req, res) => void res.writeHead(500).end('{"keys":[]}'),
  'answers HTML': (_req, res) => void res.end('<html>Sign in to the hotel network</html>'),
  'answers no key set': (_req, res) => void res.end('{"error":"not found"}'),
  redirects: (req, res) =>
    void res.writeHead(302, { Location: `http://${req.headers.host}/elsewhere` }).end(),
  'answers too much': (_req, res) => void res.end(`{"keys":[]}${' '.repeat(5_000)}`),
  'never answers': () => undefined,
}

async function turn(keyServer: KeyServer, from: KeyServerState, to: KeyServerState): Promise<void> {
  if (to === 'down') return keyServer.down()
  if (from === 'down') await keyServer.up()
  keyServer.behave(answers[to])
}

describe.each(columns)('$name', (column) => {
  it.each(scenarios)('$title', async ({ title, policy, publish, steps }) => {
    const clock = fakeClock()
    const keyServer = await startKeyServer(...publish)
    const auth = { issuer: ISSUER, audience: AUDIENCE, jwksUri: keyServer.jwksUri, now: clock.now, ...policy }
    const app = await stage(column, { auth, routes: ROUTES })
    let state: KeyServerState = 'up'
    try {
      for (const step of steps) {
        if ('advance' in step) clock.advance(step.advance)
        else if ('publish' in step) keyServer.publish(...step.publish)
        else if ('keyServerAsked' in step) assertAsked(keyServer, step.keyServerAsked)
        else if ('request' in step)
          await play(app, step, (expected) => expectationOf(column.name, title, expected))
        else {
          await turn(keyServer, state, step.keyServer)
          state = step.keyServer
        }
      }
      // where the server that redirects leads to
      expect(keyServer.requests).not.toContain('/elsewhere')
    } finally {
      await app.stop()
      await keyServer.stop()
    }
  })
})

function assertAsked(keyServer: KeyServer, times: number): void {
  expect(keyServer.requests).toHaveLength(times)
}

async function play(
  app: Stage,
  step: Extract<Step, { request: unknown }>,
  differing: (expected: Expectation) => Expectation,
): Promise<void> {
  if (!('times' in step)) {
    assertExchange(step, differing(step.expect), await app.play(step.request))
    return
  }
  const requests = Array.from({ length: step.times }, (_, i) => step.request(i))
  const { responses, handlers } = await app.playAll(requests)
  expect(handlers).toHaveLength(step.expect.handler === undefined ? 0 : requests.length)
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([step.expect.status]))
}
