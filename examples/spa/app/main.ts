import { announcer } from './announce.ts'
import { createBanners } from './banners.ts'
import { attempt, troubleOf } from './connection.ts'
import { followDevices } from './devices.ts'
import { h } from './dom.ts'
import { createHeader } from './header.ts'
import { session, type Current } from './session.ts'
import type { View } from './view.ts'
import { adminView } from './views/admin.ts'
import { devicesView } from './views/devices.ts'
import { overviewView } from './views/overview.ts'
import { signInView } from './views/sign-in.ts'
import { missingView, unknownView, waitingView } from './views/waiting.ts'

const header = createHeader()
const main = h('main', { id: 'main' })
document.body.replaceChildren(
  h('a', { class: 'skip', href: '#main' }, 'Skip to content'),
  header.element,
  createBanners(),
  main,
  h('footer', {}, 'The tokens are in HttpOnly cookies. No script can read them, this one included.'),
  announcer,
)

/** Whether it is known who is signed in, as far as this page may show it. */
let knowledge: 'asking' | 'unknown' | 'known' = 'asking'
let wasSignedIn = false
let shown: { readonly key: string; readonly close: (() => void) | undefined } | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let question: () => Promise<unknown> = () => session.ready()

/** Finds out, by asking in one way or another, and goes on asking while there is no answer. */
async function find(ask = question): Promise<void> {
  question = ask
  clearTimeout(retry)
  try {
    await attempt(ask)
    knowledge = 'known'
  } catch (error) {
    const trouble = troubleOf(error)
    // another answer than an answer about the session, say: then whoever it is may sign in
    knowledge = trouble === undefined ? 'known' : 'unknown'
    if (trouble !== undefined) retry = setTimeout(() => void find(), trouble.retryAfter * 1_000)
  }
  render()
}

function viewOf(current: Current | undefined): View {
  if (knowledge === 'asking') return waitingView()
  if (knowledge === 'unknown') return unknownView(() => find())
  if (current === undefined) return signInView(wasSignedIn ? 'You are signed out.' : undefined)
  switch (location.pathname) {
    case '/':
      return overviewView(current)
    case '/devices':
      return devicesView()
    case '/admin':
      return adminView()
    default:
      return missingView()
  }
}

/** Shows what is to be shown, unless it is there already. */
function render(): void {
  const { current } = session
  const key = [knowledge, current?.sessionId, current?.roles, location.pathname].join(' ')
  if (key === shown?.key) return
  // where a page has just been opened, the browser's own place to begin is the right one
  const isArrival = shown === undefined || shown.key.startsWith('asking')
  shown?.close?.()
  const isSignedIn = knowledge === 'known' && current !== undefined
  header.show(isSignedIn ? current : undefined)
  const { title, content, close } = viewOf(current)
  wasSignedIn = knowledge === 'known' ? isSignedIn : wasSignedIn
  document.title = `${title} · Countersign demo`
  main.replaceChildren(...content)
  const stop = isSignedIn ? watch() : undefined
  shown = {
    key,
    close() {
      close?.()
      stop?.()
    },
  }
  if (!isArrival) main.querySelector('h1')?.focus()
}

/** Wherever the user is, this page asks now and then, and so learns that it was signed out on another device. */
function watch(): (() => void) | undefined {
  return location.pathname === '/devices' ? undefined : followDevices(() => undefined).stop
}

function open(path: string): void {
  history.pushState(null, '', path)
  scrollTo(0, 0)
  render()
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.origin !== location.origin || link.hash !== '' || link.target !== '') return
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  open(link.pathname)
})
addEventListener('popstate', render)
session.onChange(render)

// A page in the back/forward cache is as it was left. So nothing private is on it when it is left, and nothing is shown
// when it comes back before the server was asked.
addEventListener('pagehide', () => {
  knowledge = 'asking'
  render()
})
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void find(() => session.fetch('/api/profile'))
})
addEventListener('online', () => {
  if (knowledge === 'unknown') void find()
})

render()
void find()
