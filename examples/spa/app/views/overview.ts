import type { Countersigned, Profile } from '../../src/shared/api.ts'
import { api, attempt } from '../connection.ts'
import { button, h, svg, time } from '../dom.ts'
import { session, type Current } from '../session.ts'
import { followTokenLife, type Life } from '../token-life.ts'
import { card, heading, type View } from '../view.ts'

export function overviewView(current: Current): View {
  const life = createLife()
  return {
    title: 'Overview',
    close: followTokenLife(life.show),
    content: [
      heading(`Hello, ${current.user.name.split(' ')[0] ?? ''}`),
      h(
        'div',
        { class: 'grid' },
        card(
          'life',
          'Access token',
          life.element,
          h(
            'div',
            { class: 'actions' },
            button('Renew now', async () => attempt(() => session.renew()).catch(() => undefined)),
          ),
        ),
        profileCard(current),
        documentCard(),
      ),
    ],
  }
}

/** A ring that empties. The seconds are for everybody; nobody wants each of them read out. */
function createLife(): { element: HTMLElement; show: (life: Life) => void } {
  const circumference = 2 * Math.PI * 54
  const arc = svg('circle', {
    class: 'arc',
    cx: '60',
    cy: '60',
    r: '54',
    'stroke-dasharray': String(circumference),
  })
  const track = svg('circle', { class: 'track', cx: '60', cy: '60', r: '54' })
  const seconds = h('span', { class: 'seconds' })
  const text = h('p', {})
  const count = h('p', { class: 'muted' })
  return {
    element: h(
      'div',
      { class: 'life' },
      h(
        'div',
        { class: 'ring' },
        svg('svg', { viewBox: '0 0 120 120', 'aria-hidden': 'true', focusable: 'false' }, track, arc),
        h(
          'div',
          { class: 'dial', role: 'timer', 'aria-live': 'off', 'aria-label': 'Seconds left' },
          seconds,
          h('span', { class: 'unit' }, 'seconds'),
        ),
      ),
      h('div', {}, text, count),
    ),
    show({ left, share, renewals }) {
      arc.setAttribute('stroke-dashoffset', String(circumference * (1 - share)))
      setText(seconds, String(left))
      setText(text, left > 0 ? 'Then it is renewed by itself, once for all tabs.' : 'It is being renewed.')
      setText(count, ['Not renewed yet.', 'Renewed once.'][renewals] ?? `Renewed ${renewals} times.`)
    },
  }
}

/** Leaves what is the same alone. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function profileCard({ now, sessionExpiresAt }: Current): HTMLElement {
  const facts = h('dl', { 'aria-busy': 'true' })
  const fact = (name: string, value: Node | string): Node =>
    h('div', {}, h('dt', {}, name), h('dd', {}, value))
  const failed = h('p', { class: 'problem', role: 'alert' })

  async function load(): Promise<void> {
    try {
      const profile = (await api('GET', '/api/profile')) as Profile
      facts.replaceChildren(
        fact('Name', profile.name),
        fact('E-mail', profile.email),
        fact('Roles', profile.roles.join(', ')),
        fact('Session ends', time(sessionExpiresAt ?? now, 'day')),
      )
      facts.removeAttribute('aria-busy')
      failed.replaceChildren()
    } catch {
      failed.replaceChildren(
        'The profile could not be loaded. ',
        button('Try again', load, { class: 'quiet' }),
      )
    }
  }
  void load()
  return card('profile', 'Profile', facts, failed)
}

function documentCard(): HTMLElement {
  const result = h('p', { class: 'result', role: 'status' })
  async function countersign(): Promise<void> {
    try {
      const { number, at } = (await api('POST', '/api/documents')) as Countersigned
      result.replaceChildren(h('strong', {}, `No. ${number}`), ' countersigned at ', time(at, 'clock'), '.')
    } catch {
      result.replaceChildren('That did not work, and nothing was signed. Please try again.')
    }
  }
  const text =
    'Calls the server with your session. From a page of any other site, the same request is refused.'
  return card(
    'document',
    'Protected API',
    h(
      'div',
      { class: 'split' },
      h('div', {}, h('p', {}, text), result),
      button('Countersign a document', countersign, { class: 'primary' }),
    ),
  )
}
