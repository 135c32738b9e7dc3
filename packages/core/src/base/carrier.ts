/** Where a token travelled. */
export type Carrier = 'header' | 'cookie' | 'query'
