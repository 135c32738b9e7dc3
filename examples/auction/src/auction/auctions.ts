/** A bid that was accepted. */
export interface Bid {
  readonly bidder: string
  readonly amount: number
}

/** The auctions, in place of a database. */
export interface Auctions {
  has(auction: string): boolean
  highest(auction: string): Bid | undefined
  /** Answers whether it is the highest bid now. */
  bid(auction: string, bid: Bid): boolean
}

export function createAuctions(names: readonly string[]): Auctions {
  const highest = new Map<string, Bid | undefined>(names.map((name) => [name, undefined]))
  return {
    has: (auction) => highest.has(auction),
    highest: (auction) => highest.get(auction),
    bid(auction, bid) {
      if (!highest.has(auction) || bid.amount <= (highest.get(auction)?.amount ?? 0)) return false
      highest.set(auction, bid)
      return true
    },
  }
}
