// A real identity provider and a protected Express API, both on loopback; good and bad requests, and what comes of them.
import { startIdp } from '@countersign/idp'
import { styleText } from 'node:util'
import { startApi, type Clock } from './api.ts'
import { AUDIENCE, AUDIENCE_RS256, createCases, type Case } from './cases.ts'

const clock: Clock = { ahead: 0 }
const idp = await startIdp({ algorithms: { [AUDIENCE_RS256]: 'RS256' }, lifetime: 3_600 })
const api = await startApi(idp.issuer, [AUDIENCE, AUDIENCE_RS256], clock)

if (process.argv.includes('--serve')) await serve()
else process.exitCode = (await run()) ? 0 : 1

async function run(): Promise<boolean> {
  console.log(`\nIdentity provider ${idp.issuer}, API ${api.url}\n`)
  let agree = true
  console.log(styleText('bold', row(' ', 'request', 'expected', 'actual')))
  for (const request of await createCases(idp, clock)) {
    const { name, expected } = request
    await request.before?.()
    const actual = await send(request)
    await request.after?.()
    const same = actual === expected
    agree &&= same
    console.log(styleText(same ? 'green' : 'red', row(same ? '✓' : '✗', name, expected, actual)))
  }
  await Promise.all([api.stop(), idp.stop()])
  console.log(
    agree ? '\nEvery answer is as expected.' : styleText('red', '\nNot every answer is as expected.'),
  )
  console.log('To try it by hand: npm run demo -- --serve')
  console.log('To see sessions in a browser: npm run demo:spa\n')
  return agree
}

async function send({ method = 'GET', path, headers }: Case): Promise<string> {
  const response = await fetch(api.url + path, { method, headers: headers() })
  const body = (await response.json()) as { code?: string }
  return [response.status, body.code].filter(Boolean).join(' ')
}

function row(mark: string, name: string, expected: string, actual: string): string {
  return `${mark} ${name.padEnd(42)}${expected.padEnd(28)}${actual}`
}

async function serve(): Promise<void> {
  const token = await idp.accessToken({ resource: AUDIENCE, scope: 'orders:read' })
  console.log(`
The API is up at ${api.url}, its identity provider at ${idp.issuer}. Ctrl-C ends both. Try:

  TOKEN='${token}'

  curl -i ${api.url}/me
  curl -i ${api.url}/me -H "Authorization: Bearer $TOKEN"
  curl -i ${api.url}/orders -H "Authorization: Bearer $TOKEN"
  curl -i ${api.url}/orders -X POST -H "Authorization: Bearer $TOKEN"
  curl -i ${api.url}/orders -X POST -H "Cookie: __Host-access=$TOKEN" -H 'Origin: https://evil.example'
`)
}
