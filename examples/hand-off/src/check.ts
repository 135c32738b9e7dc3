import assert from 'node:assert/strict'
import { memoryStore, type KeyStore } from '@countersign/stores'
import { createIssuer, type Issuer } from '@countersign/issuer'
import { createBrowser, type Browser, type Page } from './browser.ts'

/** What is checked, and what it may turn. */
export interface Checked {
  readonly account: string
  readonly shop: string
  readonly password: string
  readonly issuer: Issuer
  readonly keys: KeyStore
  readonly network: typeof fetch
  readonly clock: { ahead: number }
  readonly now: () => number
}

/** Compares the answer to what a browser did: its status, and the code of a refusal. */
function is(what: string, page: Page, status: number, code?: string): Page {
  const { pathname, host } = new URL(page.url)
  const said = status < 400 ? undefined : (JSON.parse(page.text) as { code?: string }).code
  assert.deepEqual([page.status, said], [status, code], `${what}: ${page.text}`)
  console.log(`${status}  ${(host + pathname).padEnd(27)}  ${what}`)
  return page
}

/** Whom the shop takes the user of a browser for. */
async function isAtShop(what: string, shop: string, browser: Browser, subject: string): Promise<void> {
  const page = is(what, await browser.open(`${shop}/`), 200)
  assert.deepEqual(JSON.parse(page.text), { subject }, what)
}

/** Goes from server to server as users and others would, and throws where something is not as it should be. */
export async function check(checked: Checked): Promise<void> {
  const { account, shop, password, network, now } = checked
  const browserOf = async (name: string): Promise<Browser> => {
    const browser = createBrowser(network, now)
    is(`${name} signs in`, await browser.post(`${account}/auth/login`, { name, password }), 200)
    return browser
  }

  console.log('From one server to the other')
  const alice = await browserOf('alice')
  is('she is nobody yet at the shop', await alice.open(`${shop}/`), 401, 'credential_missing')
  const form = is('which sends her to her account', await alice.open(`${shop}/sign-in`), 200)
  const home = is('whose form brings her back', await alice.submit(form), 200)
  assert.equal(home.url, `${shop}/`)
  await isAtShop('and she stays signed in', shop, alice, 'alice')
  const token = tokenOf(form)
  assert.equal(alice.history.filter((url) => url.includes(token)).length, 0)
  console.log('-    the token was in no address')

  console.log('\nWhat is refused')
  is('the same form again', await alice.submit(form), 401, 'token_revoked')
  const elsewhere = await alice.open(`${account}/hand-off?to=https://evil.test&nonce=${'x'.repeat(43)}`)
  is('to send her to a server that is no partner', elsewhere, 400, 'hand_off_invalid')
  await otherTokens(checked, alice)
  await asBearer(checked, alice)
  await loginCsrf(checked, alice, await browserOf('mallory'))
  await withdrawnKey(checked, alice)
  await isAtShop('Alice is herself', shop, alice, 'alice')
  console.log('\nEvery answer is as expected.\n')
}

function tokenOf({ text }: Page): string {
  return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
}

/** The page with another token in its form. */
function withToken(page: Page, token: string): Page {
  return { ...page, text: page.text.replace(tokenOf(page), token) }
}

/** What the form's token says, for tokens that are almost as good. */
function claimsOf(page: Page): { nonceHash: string; signedInAt: number } {
  const payload = Buffer.from(tokenOf(page).split('.')[1] ?? '', 'base64url').toString('utf8')
  const { nonceHash, signedInAt } = JSON.parse(payload) as { nonceHash: string; signedInAt: number }
  return { nonceHash, signedInAt }
}

async function otherTokens({ account, shop, issuer, clock }: Checked, alice: Browser): Promise<void> {
  const start = (): Promise<Page> => alice.open(`${shop}/sign-in`)
  const first = await start()
  const claims = claimsOf(first)
  const other = await issuer.handOffToken({ subject: 'alice', audience: 'https://blog.test', claims })
  is('a token for another server', await alice.submit(withToken(first, other.token)), 401, 'claim_mismatch')

  const second = await start()
  const access = await issuer.accessToken({
    subject: 'alice',
    audience: [account, shop],
    clientId: 'web',
    claims: claimsOf(second),
  })
  is('an access token', await alice.submit(withToken(second, access.token)), 401, 'token_type_wrong')

  const third = await start()
  clock.ahead += 60 + 5
  is('a token that is a minute old', await alice.submit(third), 401, 'token_expired')
}

async function asBearer({ account, shop, network }: Checked, alice: Browser): Promise<void> {
  const token = tokenOf(await alice.open(`${shop}/sign-in`))
  for (const [url, code] of [
    [`${shop}/`, 'claim_mismatch'],
    [`${account}/hand-off`, 'token_type_wrong'],
  ] as const) {
    const response = await network(url, { headers: { Authorization: `Bearer ${token}` } })
    const page = { url, status: response.status, text: await response.text(), policy: null }
    is('the token as a Bearer token', page, 401, code)
  }
}

/** Mallory wants Alice to work, and pay, in Mallory's account. */
async function loginCsrf({ shop }: Checked, alice: Browser, mallory: Browser): Promise<void> {
  const form = await mallory.open(`${shop}/sign-in`)
  is("Mallory's form in Alice's browser", await alice.submit(form), 403, 'other_browser')
  is('now used up', await mallory.submit(form), 401, 'token_revoked')
  const again = await mallory.open(`${shop}/sign-in`)
  await alice.open(`${shop}/sign-in`)
  is('or while Alice is on her own way', await alice.submit(again), 403, 'other_browser')
  await isAtShop('Alice is still herself', shop, alice, 'alice')
}

/** Somebody has copied the store of the keys, and signs. */
async function withdrawnKey(
  { shop, account, issuer, keys, clock, now }: Checked,
  alice: Browser,
): Promise<void> {
  const copy = memoryStore({ now })
  const { content } = await keys.readKeyRing(account)
  await copy.writeKeyRing(account, 0, content!)
  const thief = createIssuer({ issuer: account, store: copy, now })
  const forge = async (page: Page): Promise<Page> => {
    const { token } = await thief.handOffToken({ subject: 'mallory', audience: shop, claims: claimsOf(page) })
    return withToken(page, token)
  }
  is(
    'a stolen key is as good as ours',
    await alice.submit(await forge(await alice.open(`${shop}/sign-in`))),
    200,
  )

  await isAtShop('and says who she is', shop, alice, 'mallory')

  await issuer.retire((await issuer.keys())[0]!.kid)
  clock.ahead += 600 // the longest that the shop keeps its copy of the key set
  const signIn = is('her access cookie is over', await alice.open(`${shop}/sign-in`), 200)
  assert.equal(new URL(signIn.url).pathname, '/sign-in')
  is('her session is not', await alice.post(`${account}/auth/refresh`), 200)
  const next = new URL(signIn.url).searchParams.get('next') ?? ''
  const form = is('so that she goes on', await alice.open(account + next), 200)
  is('until it is withdrawn', await alice.submit(await forge(form)), 401, 'key_unknown')
  is('Alice comes with the next key', await alice.submit(await alice.open(`${shop}/sign-in`)), 200)
}
