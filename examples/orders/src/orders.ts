export interface Order {
  readonly id: number
  readonly item: string
  /** The subject of the principal that placed it. */
  readonly owner: string
}

/** Orders in memory, in place of a database. */
export interface Orders {
  of(owner: string): Order[]
  create(owner: string, item: string): Order
  delete(id: number): boolean
}

export function createOrders(): Orders {
  const orders = new Map<number, Order>()
  let last = 0
  return {
    of: (owner) => [...orders.values()].filter((order) => order.owner === owner),
    create(owner, item) {
      const order = { id: ++last, item, owner }
      orders.set(order.id, order)
      return order
    },
    delete: (id) => orders.delete(id),
  }
}
