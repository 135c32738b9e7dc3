// Asks a listening API as a client would, checks the answers, and stops it.
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { token } = require('./provider.cjs')

module.exports = async function askAll(server) {
  await once(server, 'listening')
  const ask = async (path, claims) => {
    const headers = claims ? { authorization: `Bearer ${token(claims)}` } : {}
    return fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers })
  }
  try {
    const refused = await ask('/me')
    assert.equal(refused.status, 401)
    assert.match(refused.headers.get('www-authenticate'), /^Bearer/)
    assert.match(refused.headers.get('content-type'), /^application\/problem\+json/)

    const welcome = await ask('/me', {})
    assert.equal(welcome.status, 200)
    assert.equal(await welcome.text(), '{"subject":"alice","same":"alice"}')

    assert.equal((await ask('/me', { aud: 'https://other.test' })).status, 401)
    assert.equal((await ask('/orders', {})).status, 403)
    assert.equal((await ask('/orders', { scope: 'orders:read' })).status, 200)
    assert.equal((await ask('/admin', { roles: ['reader'] })).status, 403)
    assert.equal((await ask('/admin', { roles: ['admin'] })).status, 200)
    assert.equal((await ask('/either', { scope: 'orders:read' })).status, 403)
    assert.equal((await ask('/either', { scope: 'orders:list orders:read' })).status, 200)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
