export { asking, listen, type Ask, type Expect, type Listening } from './ask.ts'
export { createIssuer, type Issuer } from './issuer.ts'
export { createOrders, type Order, type Orders } from './orders.ts'
export { tryOut } from './try-out.ts'
