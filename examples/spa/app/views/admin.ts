import type { UserRow } from '../../src/shared/api.ts'
import { announce } from '../announce.ts'
import { api, RefusedError } from '../connection.ts'
import { button, h } from '../dom.ts'
import { session } from '../session.ts'
import { heading, type View } from '../view.ts'

/** The server decides who may see it, by the role in the access token: this page merely shows what it said. */
export function adminView(): View {
  const list = h('ul', { class: 'rows', 'aria-label': 'Users', 'aria-busy': 'true' })
  const problem = h('p', { class: 'problem', role: 'alert' })

  async function load(): Promise<void> {
    try {
      const users = (await api('GET', '/api/admin/users')) as readonly UserRow[]
      list.replaceChildren(...users.map((user) => row(user, () => signOut(user))))
      list.removeAttribute('aria-busy')
      problem.replaceChildren()
    } catch (error) {
      const isRefused = error instanceof RefusedError && error.status === 403
      if (isRefused) list.remove()
      problem.replaceChildren(
        ...(isRefused
          ? ['The server says: this is for administrators.']
          : ['The users could not be loaded. ', button('Try again', load, { class: 'quiet' })]),
      )
    }
  }

  async function signOut({ id, name }: UserRow): Promise<void> {
    try {
      await api('POST', `/api/admin/users/${encodeURIComponent(id)}/sign-out`)
      announce(`${name} is signed out on all devices.`)
      if (id !== session.current?.subject) await load()
      // whoever signs itself out learns it the way all its other devices do
      else await session.renew()
    } catch {
      problem.textContent = `That did not work: ${name} was not signed out.`
    }
  }

  void load()
  return {
    title: 'Admin',
    content: [
      heading('Admin'),
      h(
        'p',
        { class: 'lead' },
        'Everybody with an account. Guarded on the server by the role ',
        h('code', {}, 'admin'),
        '.',
      ),
      list,
      problem,
    ],
  }
}

function row(user: UserRow, signOut: () => Promise<void>): HTMLElement {
  const { name, email, roles, devices } = user
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'what' },
      h('p', {}, h('strong', {}, name), ...roles.map((role) => h('span', { class: 'tag' }, role))),
      h('p', { class: 'muted' }, `${email} · ${devices === 1 ? '1 device' : `${devices} devices`}`),
    ),
    button('Sign out', signOut, { 'aria-label': `Sign out ${name} on all devices` }),
  )
}
