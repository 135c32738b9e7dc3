/** The part of the request that carried the token. */
export type Carrier = 'header' | 'cookie' | 'query'
