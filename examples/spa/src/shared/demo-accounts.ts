/** An account that everybody may use. */
export interface DemoAccount {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly roles: readonly string[]
}

/** They are shown on the page of this demo, so that it can be tried at once. No real application has this file. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { email: 'ada@example.com', password: 'analytical-engine', name: 'Ada Lovelace', roles: ['member'] },
  {
    email: 'grace@example.com',
    password: 'first-compiler',
    name: 'Grace Hopper',
    roles: ['member', 'admin'],
  },
]
