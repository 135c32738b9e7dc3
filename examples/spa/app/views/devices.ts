import type { DeviceSession } from '@countersign/client'
import { announce } from '../announce.ts'
import { attempt } from '../connection.ts'
import { followDevices } from '../devices.ts'
import { button, h, time } from '../dom.ts'
import { session } from '../session.ts'
import { signOut } from '../sign-out.ts'
import { heading, type View } from '../view.ts'

export function devicesView(): View {
  const list = h('ul', { class: 'rows', 'aria-label': 'Devices', 'aria-busy': 'true' })
  const problem = h('p', { class: 'problem', role: 'alert' })
  const rows = new Map<string, { element: HTMLElement; update: (device: DeviceSession) => void }>()

  /** Rows that stay keep their element, and with it the focus. */
  function show(devices: readonly DeviceSession[]): void {
    list.removeAttribute('aria-busy')
    for (const [id, { element }] of rows) {
      if (devices.some((device) => device.id === id)) continue
      if (element.contains(document.activeElement)) list.closest('main')?.querySelector('h1')?.focus()
      element.remove()
      rows.delete(id)
    }
    devices.forEach((device, index) => {
      const row = rows.get(device.id) ?? createRow(device, () => end(device))
      rows.set(device.id, row)
      row.update(device)
      if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null)
    })
  }

  const { refresh, stop } = followDevices(show)

  async function change(work: () => Promise<void>, done: string): Promise<void> {
    problem.textContent = ''
    try {
      await attempt(work)
      announce(done)
    } catch {
      problem.textContent = 'That did not work: nobody was signed out. Please try again.'
    }
    await refresh()
  }

  function end(device: DeviceSession): Promise<void> {
    if (device.current) return signOut()
    return change(() => session.revoke(device.id), `${nameOf(device)} is signed out.`)
  }

  return {
    title: 'Devices',
    close: stop,
    content: [
      heading('Devices'),
      h('p', { class: 'lead' }, 'Where you are signed in. A device that you sign out is out within seconds.'),
      list,
      problem,
      h(
        'div',
        { class: 'actions' },
        button('Sign out everywhere else', () =>
          change(() => session.logoutOthers(), 'All other devices are signed out.'),
        ),
        button('Sign out everywhere', () => signOut(() => session.logoutEverywhere()), { class: 'danger' }),
      ),
    ],
  }
}

const nameOf = ({ device }: DeviceSession): string => device ?? 'Unknown device'

function createRow(device: DeviceSession, end: () => Promise<void>) {
  const seen = h('span', {})
  const since = time(device.createdAt, 'moment')
  const element = h(
    'li',
    {},
    h(
      'div',
      { class: 'what' },
      h(
        'p',
        {},
        h('strong', {}, nameOf(device)),
        device.current && h('span', { class: 'tag' }, 'This device'),
      ),
      h('p', { class: 'muted' }, 'Signed in ', since, seen, device.ip !== undefined && ` · ${device.ip}`),
    ),
    button('Sign out', end, {
      'aria-label': `Sign out ${device.current ? 'this device' : `${nameOf(device)}, signed in ${since.textContent}`}`,
    }),
  )
  return {
    element,
    update({ lastSeenAt, createdAt }: DeviceSession) {
      if (lastSeenAt > createdAt) seen.replaceChildren(', last seen ', time(lastSeenAt, 'moment'))
    },
  }
}
