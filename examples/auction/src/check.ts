import assert from 'node:assert/strict'
import { asking } from '@countersign/example-orders'
import type { Issuer } from '@countersign/issuer'
import { connect, type Bidder, type Heard } from './bidder.ts'

/** What is checked, and what it may turn. */
export interface Checked {
  readonly accountUrl: string
  readonly audience: string
  readonly auctionUrl: string
  readonly auctionServer: string
  readonly issuer: Issuer
  readonly clock: { ahead: number }
  readonly now: () => number
}

interface BidToken {
  readonly token: string
  readonly expiresAt: number
}

/** Bids as people would, and throws where something is not as it should be. */
export async function check(checked: Checked): Promise<void> {
  const { accountUrl, audience, auctionUrl, auctionServer, issuer, clock, now } = checked
  const account = asking(accountUrl)
  const enter = (auction: string, token: string): Promise<Bidder> => connect(auctionUrl, auction, token)

  /** An access token for the account service. */
  const signedIn = async (subject: string, scope?: string): Promise<string> =>
    (await issuer.accessToken({ subject, audience, scope })).token
  const bidToken = async (what: string, token: string, auction = 'violin'): Promise<BidToken> =>
    (await account(what, ['POST', `/auctions/${auction}/bid-tokens`, { token }], 201)) as BidToken

  async function hears(what: string, bidder: Bidder, ...expected: readonly Heard[]): Promise<void> {
    for (const next of expected) assert.deepEqual(await bidder.hear(), next, what)
    console.log(`-    ${what}`)
  }
  const isRefused = async (what: string, auction: string, token: string, reason: string, closed = 3000) =>
    hears(what, await enter(auction, token), { closed, reason })

  console.log('Bid tokens')
  const path = '/auctions/violin/bid-tokens'
  const [alice, bob] = [await signedIn('alice', 'bid'), await signedIn('bob', 'bid')]
  const mallory = { token: await signedIn('mallory') }
  await account('Mallory may not bid', ['POST', path, mallory], 403, 'scope_insufficient')
  const ofAlice = await bidToken('Alice may', alice)
  const ofBob = await bidToken('Bob may, too', bob)
  assert.ok(Math.abs(ofAlice.expiresAt - now() - 1_200_000) < 10_000)
  const forAccess = { token: ofAlice.token }
  await account('a bid token is no access token', ['POST', path, forAccess], 401, 'token_type_wrong')

  console.log('\nBids')
  const violin = (bidder: string, amount: number): object => ({
    auction: 'violin',
    highest: { bidder, amount },
  })
  const first = await enter('violin', ofAlice.token)
  await hears('Alice enters', first, { auction: 'violin', highest: null })
  first.send({ bid: 100 })
  await hears('and bids 100', first, violin('alice', 100))
  const second = await enter('violin', ofBob.token)
  await hears('Bob enters', second, violin('alice', 100))
  second.send({ bid: 90 })
  await hears('90 is too low', second, { refused: 'too_low' })
  second.send({ bid: 5_000 })
  await hears('5000 is more than he is good for', second, { refused: 'over_limit' })
  second.send({ bid: 120 })
  await hears('120 is the highest bid', second, violin('bob', 120))
  await hears('of which Alice hears', first, violin('bob', 120))

  console.log('\nWhat is no bid token here')
  await isRefused('a token for another auction', 'clock', ofAlice.token, 'another auction', 3003)
  await isRefused('an access token', 'violin', alice, 'token_type_wrong')
  const claims = { auction: 'violin', limit: 1_000 }
  const typ = 'bid+jwt'
  const elsewhere = await issuer.sign(claims, { typ, audience: 'https://other.example', subject: 'alice' })
  await isRefused('a token for another server', 'violin', elsewhere.token, 'claim_mismatch')
  const without = await issuer.sign({ auction: 'violin' }, { typ, audience: auctionServer, subject: 'alice' })
  await isRefused('a token without a limit', 'violin', without.token, 'claims_invalid')

  console.log('\nTwenty minutes later')
  const late = await bidToken('Carol gets a token', await signedIn('carol', 'bid'), 'clock')
  clock.ahead += late.expiresAt - now() - 2_000
  const third = await enter('clock', late.token)
  await hears('she enters two seconds before its end', third, { auction: 'clock', highest: null })
  third.send({ bid: 10 })
  await hears('bids', third, { auction: 'clock', highest: { bidder: 'carol', amount: 10 } })
  await hears('and is out at its end', third, { closed: 3000, reason: 'token expired' })
  await isRefused('she does not get in again', 'clock', late.token, 'token_expired')
  first.send({ bid: 200 })
  await hears("Alice's bid comes after her end", first, { closed: 3000, reason: 'token expired' })
  const last = await enter('violin', (await bidToken('Dan enters', await signedIn('dan', 'bid'))).token)
  await hears('and sees that it did not count', last, violin('bob', 120))
  console.log('\nEvery answer is as expected.\n')
}
