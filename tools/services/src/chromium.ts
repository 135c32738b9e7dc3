import { join } from 'node:path'
import type { LaunchOptions } from 'playwright-core'
import { hasDebianPackages, unpackDebian } from './debian.ts'
import { installed, isExecutable, type Executable } from './executables.ts'

const args = [
  // containers rarely allow its sandbox
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // nothing but what the tests ask for
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For `chromium.launch()` of playwright-core; add your own `args` to these. Downloads Chromium if the machine has none. */
export async function chromiumLaunchOptions(): Promise<LaunchOptions & { args: string[] }> {
  const { path, env } = await findChromium()
  return { executablePath: path, headless: true, args: [...args], env: { ...definedEnvironment(), ...env } }
}

const remedy = 'Install Chromium or Chrome, or set CHROMIUM to its path.'

/** Where Chrome is on macOS, which has none on the PATH. */
const onMac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

async function findChromium(): Promise<Executable> {
  const path = process.env['CHROMIUM'] || installed('chromium', 'google-chrome')
  if (path) return { path, env: {} }
  if (!process.env['SERVICES_IGNORE_SYSTEM'] && isExecutable(onMac)) return { path: onMac, env: {} }
  if (!hasDebianPackages()) throw new Error(`Chromium is not installed. ${remedy}`)
  const { root, env } = await unpackDebian('chromium').catch((cause: unknown) => {
    throw new Error(`Chromium could not be unpacked from the packages of this system. ${remedy}`, { cause })
  })
  const unpacked = join(root, 'usr/lib/chromium/chromium')
  // Ubuntu's package of this name holds no browser
  if (!isExecutable(unpacked)) throw new Error(`The system's package of Chromium holds none. ${remedy}`)
  return { path: unpacked, env }
}

function definedEnvironment(): Record<string, string> {
  const defined = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return Object.fromEntries(defined)
}
