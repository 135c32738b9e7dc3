// #region start
import { mount } from '@countersign/express'
import { createIssuer, fileKeyStore } from '@countersign/issuer'
import express from 'express'

const issuer = createIssuer({
  issuer: 'https://auth.example.com',
  audience: 'https://api.example.com', // the default audience of the tokens
  store: fileKeyStore('./keys', { passphrase: process.env['KEYS_PASSPHRASE'] }),
})
await issuer.ready() // makes the first key; rejects if the passphrase is wrong

const app = express()
app.use(mount(issuer.routes())) // /.well-known/jwks.json and /.well-known/oauth-authorization-server
app.post('/token', express.json(), async (req, res) => {
  const user = await userOf(req) // your own code that signs users in
  if (user === undefined) return void res.sendStatus(401)
  const { token } = await issuer.accessToken({ subject: user.id, clientId: 'web', scope: user.scopes })
  res.set('Cache-Control', 'no-store').json({ access_token: token, token_type: 'Bearer' })
})
app.listen(3000)
// #endregion

async function userOf(req: express.Request): Promise<{ id: string; scopes: string[] } | undefined> {
  return req.get('x-test-user') === undefined ? undefined : { id: 'user-1', scopes: ['orders:read'] }
}
