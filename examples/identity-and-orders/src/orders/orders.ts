/** An order. */
export interface Order {
  readonly id: number
  readonly item: string
  /** `sub` of whoever placed it: unique and never given to anybody else, unlike an address. */
  readonly owner: string
}

/** The orders, in place of this service's own database. */
export interface Orders {
  place(owner: string, item: string): Order
  find(id: number): Order | undefined
  of(owner: string): readonly Order[]
  all(): readonly Order[]
}

export function createOrders(): Orders {
  const orders: Order[] = []
  return {
    place(owner, item) {
      const order = { id: orders.length + 1, item, owner }
      orders.push(order)
      return order
    },
    find: (id) => orders.find((order) => order.id === id),
    of: (owner) => orders.filter((order) => order.owner === owner),
    all: () => orders,
  }
}
