import { currentTrouble, onTrouble } from './connection.ts'
import { button, h } from './dom.ts'
import { session } from './session.ts'
import { onPending, type Pending } from './sign-out.ts'

/** What the page must say about the connection, above everything else. Screen readers are told when it changes. */
export function createBanners(): HTMLElement {
  const connection = h('div', { role: 'status' })
  const leaving = h('div', { role: 'alert' })

  function showTrouble(): void {
    const trouble = currentTrouble()
    const stay = session.status === 'signed-in' && 'You are still signed in.'
    connection.replaceChildren(
      ...(trouble === undefined
        ? []
        : [
            banner(
              trouble.kind === 'offline' ? 'You are offline.' : 'The server cannot help at the moment.',
              [stay, 'This page goes on as soon as it can.'].filter(Boolean).join(' '),
            ),
          ]),
    )
  }

  function showPending(pending: Pending | undefined): void {
    leaving.replaceChildren(
      ...(pending === undefined
        ? []
        : [
            banner(
              'Not signed out yet.',
              'The server has not confirmed it. We keep trying; do not leave a shared computer now.',
              button('Try now', pending.retry),
              button('Stay signed in', pending.giveUp, { class: 'quiet' }),
            ),
          ]),
    )
  }

  onTrouble(showTrouble)
  session.onChange(showTrouble)
  onPending(showPending)
  showTrouble()
  return h('div', { class: 'banners' }, connection, leaving)
}

function banner(title: string, text: string, ...buttons: readonly HTMLButtonElement[]): HTMLElement {
  return h(
    'div',
    { class: 'banner' },
    h('p', {}, h('strong', {}, title), ` ${text}`),
    buttons.length > 0 && h('div', { class: 'actions' }, ...buttons),
  )
}
