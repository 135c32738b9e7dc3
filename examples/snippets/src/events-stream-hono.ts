import { jwtAuth } from '@countersign/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const auth = jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })
const app = new Hono()
app.use(auth)
// #region hono
import { bindToExpiry } from '@countersign/core'
import { streamSSE } from 'hono/streaming'

app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    const binding = bindToExpiry(stream, auth.of(c)) // ends the stream when the token expires
    stream.onAbort(() => binding.release())
    while (!stream.closed && !stream.aborted) {
      await stream.writeSSE({ data: 'tick' })
      await stream.sleep(100)
    }
  }),
)
// #endregion
serve({ fetch: app.fetch, port: 3000 })
