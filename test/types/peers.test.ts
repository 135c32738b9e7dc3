import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** How other libraries declare their part of Express's requests: the text of their declarations, types shortened. */
const PEERS: Record<string, string> = {
  // express-oauth2-jwt-bearer 1.10, dist/index.d.ts; express-jwt and users' own declarations have the same form
  bearer: `
    export interface AuthResult { readonly payload: { readonly sub?: string } }
    declare global { namespace Express { interface Request { auth?: AuthResult } } }`,
  // @clerk/express 1 and 2, env.d.ts
  clerk: `
    export interface AuthObject { readonly userId: string | null }
    declare global { namespace Express { interface Request { auth: (options?: object) => AuthObject } } }`,
  // @types/passport 1.0, index.d.ts
  passport: `
    declare global { namespace Express {
      interface AuthInfo {}
      interface User {}
      interface Request { authInfo?: AuthInfo | undefined; user?: User | undefined }
    } }
    export {}`,
}
const USES: Record<string, string> = {
  bearer: 'req.auth?.payload.sub',
  clerk: 'req.auth().userId',
  passport: 'req.user',
}
const OURS = "import { jwtAuth } from '@countersign/express'"

/** What the compiler says of an application that imports a peer and ours. Peers' texts are sources: always checked. */
function compile(peer: string, imports: readonly string[], more = ''): Promise<string> {
  const folder = fileURLToPath(new URL(`peers/${peer}-${crypto.randomUUID()}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  const app = `
    const auth = jwtAuth({ issuer: 'https://idp.test', audience: 'a', property: 'principal' })
    express().get('/new', auth, (req, res) => void res.json({ subject: auth.of(req).subject }))
    express().get('/old', (req, res) => void res.json({ subject: ${USES[peer]} }))
    ${more}`
  writeFileSync(`${folder}/peer.ts`, PEERS[peer] ?? '')
  writeFileSync(`${folder}/app.ts`, ["import express from 'express'", ...imports, app].join('\n'))
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ extends: '../../../../tsconfig.base.json', files: ['app.ts'] }),
  )
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder], (_error, stdout, stderr) => {
      rmSync(folder, { recursive: true })
      resolve(stdout + stderr)
    })
  })
}

describe('other libraries declare members of requests', { timeout: 60_000 }, () => {
  it.each(Object.keys(PEERS))('compiles beside %s, whoever is imported first [E10]', async (peer) => {
    const theirs = "import './peer.ts'"
    expect(await compile(peer, [theirs, OURS])).toBe('')
    expect(await compile(peer, [OURS, theirs])).toBe('')
  })

  it('says that two declare one name where ours is asked for as well', async () => {
    const errors = await compile('bearer', [
      OURS,
      "import '@countersign/express/global'",
      "import './peer.ts'",
    ])
    expect(errors).toContain('TS2717')
  })

  it('leaves requests without a property that nobody asked for', async () => {
    const read = 'express().get("/", (req, res) => void res.json(req.auth))'
    expect(await compile('passport', [OURS, "import './peer.ts'"], read)).toContain('TS2339')
    const global = "import '@countersign/express/global'"
    expect(await compile('passport', [OURS, global, "import './peer.ts'"], read)).toBe('')
  })
})
