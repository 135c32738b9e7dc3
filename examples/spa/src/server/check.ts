import assert from 'node:assert/strict'
import { DEMO_ACCOUNTS } from '../shared/demo-accounts.ts'

/** What a browser would do: keeps cookies, and says where requests come from. */
function createClient(origin: string): {
  send: (method: string, path: string, body?: object, site?: string) => Promise<[number, unknown]>
  cookies: Map<string, string>
} {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async send(method, path, body, site = 'same-origin') {
      const response = await fetch(origin + path, {
        method,
        headers: {
          Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'Sec-Fetch-Site': site,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
      return [response.status, isJson ? JSON.parse(text) : undefined]
    },
  }
}

/** Goes through a session, says what comes of it, and throws where that is not as it should be. */
export async function check(name: string, origin: string): Promise<void> {
  const [ada, grace] = DEMO_ACCOUNTS.map(({ email, password }) => ({ email, password }))
  const member = createClient(origin)
  const admin = createClient(origin)

  /** Sends a request, and compares the status, and the code of a refusal. */
  async function expect(
    what: string,
    client: typeof member,
    request: Parameters<typeof member.send>,
    ...expected: readonly [status: number, code?: string]
  ): Promise<void> {
    const [status, body] = await client.send(...request)
    const code = Object(body).code as unknown
    assert.deepEqual([status, ...(code === undefined ? [] : [code])], expected, what)
    console.log(`${status}  ${request[0].padEnd(6)} ${request[1].padEnd(18)}  ${what}`)
  }

  console.log(`\nSingle-page application with ${name} at ${origin}\n`)
  const wrong = { ...ada, password: 'difference-engine' }
  await expect('the page is for everybody', member, ['GET', '/'], 200)
  await expect('its data is not', member, ['GET', '/api/profile'], 401, 'credential_missing')
  await expect('a wrong password', member, ['POST', '/auth/login', wrong], 401, 'credentials_rejected')
  await expect('the right one', member, ['POST', '/auth/login', ada], 200)
  const { port } = new URL(origin)
  assert.deepEqual([...member.cookies.keys()].toSorted(), [`access-${port}`, `refresh-${port}`])
  await expect('Ada sees her profile', member, ['GET', '/api/profile'], 200)
  const foreign = ['POST', '/api/documents', undefined, 'cross-site'] as const
  await expect('a foreign page may not act for her', member, [...foreign], 403, 'cross_site_rejected')
  await expect('she herself may', member, ['POST', '/api/documents'], 201)
  await expect('she is no admin', member, ['GET', '/api/admin/users'], 403, 'role_insufficient')
  await expect('new tokens', member, ['POST', '/auth/refresh'], 200)
  await expect('Grace signs in', admin, ['POST', '/auth/login', grace], 200)
  const signOut = '/api/admin/users/user-1/sign-out'
  await expect('and signs Ada out', admin, ['POST', signOut], 204)
  await expect('who is out at once', member, ['GET', '/api/profile'], 401, 'token_revoked')
  await expect('and stays out', member, ['POST', '/auth/refresh'], 401, 'session_ended')
  await expect('her cookies are forgotten', member, ['POST', '/auth/forget'], 204)
  assert.deepEqual([...member.cookies], [])
  console.log('\nEvery answer is as expected.\n')
}
