// Serves sessions and an issuer on loopback with the given modules, asks them as a page and as a client would, and checks
// the answers.
const assert = require('node:assert/strict')
const { once } = require('node:events')

const origin = 'https://app.test'
const own = { origin, 'content-type': 'application/json' }
const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']

module.exports = async function exercise(modules) {
  checkEntries(modules)
  await signIn(modules)
  await testAnApplication(modules)
}

/** What every entry is for, in a line each. */
function checkEntries({ stores, toolkit, testingStores, redis, postgres, sqlite }) {
  assert.equal(stores.subjectTagOf('tag.id'), 'tag')
  assert.throws(() => redis.redisStore({}), toolkit.OptionError)
  assert.throws(() => postgres.postgresStore({}), toolkit.OptionError)
  assert.equal(typeof testingStores.createTestStore().store.rotate, 'function')
  // node:sqlite came with 22.13
  if (sqlite) sqlite.sqliteStore(':memory:').close()
}

async function signIn({ core, express, countersign, stores, issuing, sessions: of, client }) {
  const store = stores.memoryStore()
  const issuer = issuing.createIssuer({ issuer: origin, audience: origin, clientId: 'web', store })
  const sessions = of.createSessions({ issuer, origin, store, secrets })
  const login = ({ password }) => (password === 'right' ? { subject: 'alice' } : undefined)

  const app = express()
  app.use('/auth', countersign.mount(sessions.routes({ login })))
  app.use(countersign.mount(issuer.routes()))
  app.use(countersign.jwtAuth(sessions.verification()))
  app.get('/me', (req, res) => res.json({ subject: req.auth.subject }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  try {
    const jar = new Map()
    const send = async (request) => {
      const headers = new Headers(request.headers)
      for (const [name, value] of Object.entries(own)) headers.set(name, value)
      headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '))
      const response = await fetch(new Request(request, { headers }))
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      return response
    }
    const page = client.createSession({ base: `${url}/auth`, platform: { fetch: send } })
    await assert.rejects(page.login({ password: 'wrong' }), (error) => {
      return client.isSessionError(error) && error.code === 'credentials_rejected'
    })
    await page.login({ password: 'right' })
    await page.renew()
    const me = await page.fetch(`${url}/me`)
    assert.deepEqual(await me.json(), { subject: 'alice' })
    await page.logout()
    assert.equal(jar.size, 0)

    // another server knows the public keys alone
    const { token } = await issuer.accessToken({ subject: 'bob' })
    const jwks = await (await fetch(`${url}/.well-known/jwks.json`)).json()
    const verifier = core.createAuthenticator({ issuer: origin, audience: origin, jwks })
    const outcome = await verifier.authenticateToken(token)
    assert.equal(outcome.principal.subject, 'bob')
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function testAnApplication({ core, testing }) {
  const idp = await testing.createTestIssuer()
  const authenticator = core.createAuthenticator({ ...idp.options })
  assert.equal((await authenticator.authenticateToken(await idp.token())).type, 'authenticated')
  assert.equal((await authenticator.authenticateToken(await idp.expired())).type, 'refused')
  await idp.close()
}
