/** Of the contract, and not built on this store yet. */
export class NotBuiltYetError extends Error {
  constructor() {
    super('countersign: this operation is not built yet on this store')
    this.name = 'NotBuiltYetError'
  }
}

export async function notBuilt(): Promise<never> {
  throw new NotBuiltYetError()
}
