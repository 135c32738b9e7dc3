import { jwtAuth } from '@countersign/express'
import express from 'express'

const auth = jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })
const app = express()
app.use(auth)
// #region express
import { bindToExpiry } from '@countersign/core'

app.get('/events', (req, res) => {
  bindToExpiry(res, auth.of(req)) // ends the response when the token expires
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  res.write('data: hello\n\n')
})
// #endregion
app.listen(3000)
