// Runs one contender: `verify-worker.mjs <file of contenders/> <cold|cached>`.
import { serveTasks } from './processes.mjs'
import { DOTS_64K, GARBAGE, MEGABYTE, readTokens, toSetup } from './tokens.mjs'

const [file, kind] = process.argv.slice(2)
const contender = await import(`../contenders/${file}`)
const toInput = contender.toInput ?? ((token) => token)

let verify
let files
let isAsync
let next = 0

/** Returns whether the token was accepted. Contenders may throw, reject or return to say no. */
async function accepts(token) {
  try {
    const result = await verify(toInput(token))
    return result?.type !== 'refused'
  } catch {
    return false
  }
}

const constantBatch = (text, size) => {
  const bytes = Buffer.from(text)
  return Array.from({ length: size }, () => bytes.latin1Slice(0, bytes.length))
}

const SOURCES = {
  distinct(size) {
    const batch = files.good.batch(next, size)
    next += size
    return batch
  },
  one: (size) => Array.from({ length: size }, () => files.good.at(0)),
  expired: (size) => files.expired.batch(0, size),
  signature: (size) => files.signature.batch(0, size),
  garbage: (size) => constantBatch(GARBAGE, size),
  dots: (size) => constantBatch(DOTS_64K, size),
  megabyte: (size) => constantBatch(MEGABYTE, size),
  scheme: (size) => constantBatch('Basic dXNlcjpwYXNzd29yZA==', size),
}

serveTasks({
  async setUp(key, paths, options = {}) {
    files = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readTokens(path)]))
    verify = await contender[kind]({ ...toSetup(key), ...options })
    const answer = verify(toInput(files.good.at(0)))
    isAsync = typeof answer?.then === 'function'
    await answer
  },

  /** Checks, before the measurement, that bad tokens are rejected and good ones accepted. */
  async check(bad) {
    if (!(await accepts(files.good.at(1)))) throw new Error(`${file} refuses a good token`)
    for (const source of bad) {
      for (const token of SOURCES[source](3)) {
        if (await accepts(token)) throw new Error(`${file} accepts a bad token: ${source}`)
      }
    }
  },

  /** Runs until the compiler is done: at least this many milliseconds and batches. */
  async warmUp(source, size, concurrency, milliseconds) {
    const end = performance.now() + milliseconds
    while (performance.now() < end) await run(source, size, concurrency)
  },

  /** One batch. @returns wall and CPU time of one token, in microseconds */
  run,
})

async function run(source, size, concurrency) {
  const tokens = SOURCES[source](size).map(toInput)
  const bad = source !== 'distinct' && source !== 'one'
  const cpu = process.cpuUsage()
  const start = performance.now()
  let refused
  if (bad) refused = isAsync ? await refuseAsync(tokens) : refuseSync(tokens)
  else if (concurrency > 1) refused = await many(tokens, concurrency)
  else refused = isAsync ? await oneByOne(tokens) : inARow(tokens)
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  if (refused !== (bad ? size : 0)) throw new Error(`${file}: ${refused} of ${size} refused (${source})`)
  return { wall: (wall * 1000) / size, cpu: (user + system) / size }
}

function inARow(tokens) {
  let refused = 0
  for (let i = 0; i < tokens.length; i++) if (verify(tokens[i]).type === 'refused') refused++
  return refused
}

async function oneByOne(tokens) {
  let refused = 0
  for (let i = 0; i < tokens.length; i++) if ((await verify(tokens[i])).type === 'refused') refused++
  return refused
}

async function many(tokens, concurrency) {
  let refused = 0
  for (let i = 0; i < tokens.length; i += concurrency) {
    const answers = []
    for (let j = i; j < i + concurrency && j < tokens.length; j++) answers.push(verify(tokens[j]))
    for (const answer of isAsync ? await Promise.all(answers) : answers)
      if (answer.type === 'refused') refused++
  }
  return refused
}

function refuseSync(tokens) {
  let refused = 0
  for (let i = 0; i < tokens.length; i++) {
    try {
      verify(tokens[i])
    } catch {
      refused++
    }
  }
  return refused
}

async function refuseAsync(tokens) {
  let refused = 0
  for (let i = 0; i < tokens.length; i++) {
    try {
      if ((await verify(tokens[i])).type === 'refused') refused++
    } catch {
      refused++
    }
  }
  return refused
}
