import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { examples, packages, publicExports, type Example } from './docstrings.ts'
import { read, root } from './repository.ts'

const exported = publicExports()

describe('what packages export', () => {
  it('is found where it is declared', () => {
    expect(exported.length).toBeGreaterThan(60)
    expect(exported.filter(({ kind }) => kind === 'missing')).toEqual([])
  })

  it('has a doc comment', () => {
    const silent = exported.filter(({ doc }) => doc === undefined).map(({ file, name }) => `${file}: ${name}`)
    expect(silent).toEqual([])
  })

  /** Functions without an example, and why. */
  const withoutExample: Record<string, string> = {
    isRequirement: 'a question about a type, for authors of adapters',
    assertRequirement: 'for authors of adapters: docs/guide/adapters.md uses it',
    createAdapter: 'for authors of adapters: docs/guide/adapters.md uses it',
    createGuard: 'for authors of adapters: docs/guide/adapters.md uses it',
    settleVerdict: 'for authors of adapters: docs/guide/adapters.md uses it',
    settle: 'for authors of adapters: what `settleVerdict` stands on',
    adapterOf: 'for authors of adapters whose users bring authenticators',
    principalOf: 'for authors of adapters: what their `of()` calls',
    outcomeOf: 'for authors of adapters whose framework has guards of its own',
    refusalFor: 'for authors of adapters whose framework has guards of its own',
    assertNames: 'for authors of adapters: options are checked alike',
    auditMarkOf: 'for tools that list routes',
    markMount: 'for authors of adapters: what audits see of a mount',
    isRouteHandler: 'a question about a type, for authors of adapters',
    runInHolder: 'for authors of adapters: what `currentPrincipal()` stands on',
    fillHolder: 'for authors of adapters: what `currentPrincipal()` stands on',
    isCurrentPrincipalEnabled: 'for authors of adapters: what `currentPrincipal()` stands on',
    writeHeaders: 'for authors of adapters: headers that were there before stay',
    addHeaders: 'for authors of adapters: headers that were there before stay',
    getPolicyToken: 'a name to inject by, in tests',
    assertMountPath: 'for authors of adapters: where routes are mounted',
    createHandlerRequest: 'for authors of adapters: what handlers are given',
    nodeHandlerContext: 'for authors of adapters: what handlers are given',
    connectMount: 'for authors of adapters: all that a framework with (req, res, next) needs',
    fastifyMount: "for this repository's adapters on Fastify",
    fastifyHeaders: "for this repository's adapters on Fastify",
    goneSignal: 'for authors of adapters: when the client goes',
    toWebStream: 'for authors of adapters: a body in parts',
    pathBelow: 'for authors of adapters: the path below a mount',
    runHandler: 'for authors of adapters: how a handler that fails is told',
    sendHandlerResponse: 'for authors of adapters: how an answer is written',
    targetPath: 'for authors of adapters: the path as it came',
  }

  it('has an example where it is a function, but for a few', () => {
    const silent = exported.filter(({ kind, doc }) => kind === 'function' && !doc?.includes('@example'))
    expect(new Set(silent.map(({ name }) => name))).toEqual(new Set(Object.keys(withoutExample)))
  })
})

/** What stands around the examples of a package in a real application. */
interface Surroundings {
  /** The package in whose folder they are compiled, where that is another one. */
  readonly within?: string
  /** Modules that they may import, and the names taken from them. */
  readonly imports?: Readonly<Record<string, readonly string[]>>
  /** Names that they use and do not declare, and their types. */
  readonly names: Readonly<Record<string, string>>
  /** Classes that they use. */
  readonly classes?: readonly string[]
}

const anywhere = {
  authenticator: "import('@countersign/core').Authenticator",
  error: 'unknown',
  issuer: "{ routes(): import('@countersign/core/adapter').RouteHandler }",
  login: '(input: unknown) => Promise<undefined>',
  sessions:
    "{ routes(options: { login: (input: unknown) => Promise<undefined> }): import('@countersign/core/adapter').RouteHandler }",
  request: 'Request',
  reports: 'ReadonlySet<string>',
  secret: 'string',
  server: "import('node:http').Server",
  sessionId: 'string',
}
const handlers = (type: string) =>
  Object.fromEntries(
    ['listOrders', 'createOrder', 'deleteOrder', 'pay', 'listReports'].map((name) => [name, type]),
  )
const express = {
  ...anywhere,
  ...handlers("import('express').RequestHandler"),
  app: "import('express').Express",
  req: "import('express').Request",
  sockets: `{
    handleUpgrade(...upgrade: [unknown, unknown, Buffer, (client: import('@countersign/core').LiveConnection) => void]): void
  }`,
}
/** What examples about stores stand among. */
const stored = {
  change: "import('@countersign/stores').ChangeSessionInput",
  creation: "import('@countersign/stores').CreateSessionInput",
  epoch: 'number',
  held: "import('@countersign/stores').RevocationEntry",
  input: "import('@countersign/stores').RotateInput",
  next: "import('@countersign/stores').RevocationEntry",
  now: 'number',
  part: "import('@countersign/stores').ListOptions",
  providerEnds: "import('@countersign/stores').ProviderEnds",
  raise: "import('@countersign/stores').RaiseEpochInput",
  row: "import('@countersign/stores').SessionRecord",
  rows: "readonly import('@countersign/stores').SessionRecord[]",
  server: `{
    time(): Promise<number>
    endSession(sid: string, deadline: number): Promise<import('@countersign/stores').StoreReply<boolean>>
  }`,
  store: "import('@countersign/stores').Store",
}
const surroundings: Record<string, Surroundings> = {
  // its functions are shown in an Express application
  core: {
    within: 'express',
    names: express,
  },
  cli: { names: {} },
  client: { names: { session: "import('@countersign/client').Session" } },
  issuer: { names: { passphrase: 'string', user: '{ readonly id: string }' } },
  sessions: { names: { ...stored, secret: 'string', user: '{ readonly id: string }' } },
  stores: { names: stored },
  'store-postgres': { names: { pool: "import('pg').Pool" } },
  'store-redis': { names: {} },
  'store-sqlite': { names: {} },
  testing: {
    imports: {
      '@countersign/stores': ['memoryStore'],
      '@countersign/testing/stores': ['createTestStore', 'storeSuite'],
    },
    names: { test: '(name: string, run: () => Promise<void>) => void' },
  },
  express: { names: express },
  fastify: {
    names: {
      ...anywhere,
      ...handlers("import('fastify').RouteHandlerMethod"),
      app: "import('fastify').FastifyInstance",
    },
  },
  hono: {
    names: {
      ...anywhere,
      ...handlers("import('hono').Handler"),
      app: "import('hono').Hono",
    },
  },
  koa: {
    names: {
      ...anywhere,
      ...handlers("import('koa').Middleware"),
      app: "import('koa')",
      router: "import('@koa/router').Router",
    },
  },
  nest: {
    imports: {
      '@nestjs/common': [
        'Controller',
        'Delete',
        'Get',
        'Inject',
        'Injectable',
        'Module',
        'Param',
        'Post',
        'UseGuards',
      ],
      '@nestjs/core': ['APP_GUARD'],
      'node:http': ['IncomingMessage'],
      ws: ['WebSocket'],
    },
    names: anywhere,
    classes: [
      'declare class ConfigService { readonly issuer: string; readonly audience: string }',
      'declare class UsersService { login(input: unknown): Promise<undefined> }',
    ],
  },
}

/** An example as a module of its own: what it imports and does not declare is put before it. */
function toModule({ package: name, code }: Example): string {
  const uses = (word: string) =>
    new RegExp(`(?<![\\w'"-]|(?<!\\.)\\.)${word}\\b(?!:)`).test(code) &&
    !new RegExp(`\\b(?:const|let|function|interface|class) ${word}\\b|^import .*\\b${word}\\b`, 'm').test(
      code,
    )
  const { within = name, imports = {}, names, classes = [] } = surroundings[name] ?? { names: {} }
  const namesOf = (folder: string) =>
    exported.filter((found) => found.package === folder).map((found) => found.name)
  // adapters export all of core
  const passesOn = read(`packages/${within}/src/index.ts`).includes("export * from '@countersign/core'")
  const ours = { '@countersign/core': passesOn ? [] : [...new Set(namesOf('core'))] }
  const own = [...new Set([...namesOf(within), ...(passesOn ? namesOf('core') : [])])]
  const modules = { ...ours, [`@countersign/${within}`]: own, ...imports }
  const lines = Object.entries(modules).flatMap(([module, known]) => {
    const used = known.filter(uses)
    // an empty import still loads the module, which a declaration for it needs
    return used.length === 0 && module !== `@countersign/${within}`
      ? []
      : [`import { ${used.join(', ')} } from '${module}'`]
  })
  // what a framework's request has of ours is declared in an entry of its own
  if (existsSync(join(root, `packages/${within}/src/global.ts`)))
    lines.push(`import '@countersign/${within}/global'`)
  const declared = Object.entries(names).filter(([word]) => uses(word))
  // members of a class, decorated or not, need one around them
  const isMember =
    !code.includes('class ') &&
    /^(?:@\w|(?!if|for|while|switch)\w+\(.*\) \{$)/m.test(code.split('\n')[0] ?? '')
  return [
    ...lines,
    ...classes,
    ...declared.map(([word, type]) => `declare const ${word}: ${type}`),
    'export {}',
    isMember ? `class Example {\n${code}}` : code,
  ].join('\n')
}

/** What the compiler says of these modules, in a program of their own inside a package. */
function compile(name: string, modules: readonly string[]): string {
  const folder = join(root, 'packages', surroundings[name]?.within ?? name, 'reports', randomUUID())
  mkdirSync(folder, { recursive: true })
  try {
    const tsconfig = {
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        experimentalDecorators: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        verbatimModuleSyntax: false,
      },
      include: ['*.ts'],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    modules.forEach((text, i) => writeFileSync(join(folder, `example-${i}.ts`), text))
    const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
      encoding: 'utf8',
    })
    // an error is read beside the module that it is about
    const faulty = modules.filter((_, i) => stdout.includes(`example-${i}.ts(`))
    return [stdout + stderr, ...faulty].join('\n').trim()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('examples in doc comments', { timeout: 60_000 }, () => {
  const all = examples()
  // what an example declares for a module holds for a whole program, so these get one each
  const augmenting = all.filter(({ code }) => code.includes('declare module'))
  const others = all.filter(({ code }) => !code.includes('declare module'))

  it('know what surrounds them, in every package', () => {
    expect(Object.keys(surroundings).toSorted()).toEqual(packages)
  })

  // the command exports nothing
  it.each(packages.filter((name) => name !== 'cli'))('compile: %s', (name) => {
    const modules = others.filter((example) => example.package === name).map(toModule)
    expect(modules).not.toEqual([])
    expect(compile(name, modules)).toBe('')
  })

  it.each(augmenting)('compile: $of', (example) => {
    expect(compile(example.package, [toModule(example)])).toBe('')
  })

  it('would be seen not to compile', () => {
    const wrong = { package: 'core', of: '', code: "createAuthenticator({ issuer: 1, audience: 'a' })" }
    expect(compile('core', [toModule(wrong)])).toMatch("'number' is not assignable to type 'string'")
  })
})

describe('the declaration of claims in docs/guide/typed-claims.md', { timeout: 60_000 }, () => {
  it('compiles', () => {
    const { status, stdout } = spawnSync(
      join(root, 'node_modules/.bin/tsc'),
      ['-p', 'examples/snippets/register'],
      { cwd: root, encoding: 'utf8' },
    )
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })
})
