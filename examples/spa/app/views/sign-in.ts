import { isSessionError } from '@countersign/client'
import { DEMO_ACCOUNTS } from '../../src/shared/demo-accounts.ts'
import { attempt } from '../connection.ts'
import { button, h } from '../dom.ts'
import { session } from '../session.ts'
import { heading, type View } from '../view.ts'

/** @param notice what brought the user here, if anything did */
export function signInView(notice: string | undefined): View {
  const email = field('email', 'E-mail', { type: 'email', autocomplete: 'username' })
  const password = field('password', 'Password', { type: 'password', autocomplete: 'current-password' })
  const problem = h('p', { id: 'problem', class: 'problem', role: 'alert' })
  const submit = h('button', { type: 'submit', class: 'primary wide' }, 'Sign in')
  let busy = false

  async function signIn(): Promise<void> {
    if (busy) return
    busy = true
    submit.setAttribute('aria-disabled', 'true')
    problem.textContent = ''
    for (const { input } of [email, password]) input.removeAttribute('aria-invalid')
    try {
      await attempt(() => session.login({ email: email.input.value, password: password.input.value }))
    } catch (error) {
      problem.textContent = explain(error)
      if (isSessionError(error) && error.status === 401) {
        for (const { input } of [email, password]) input.setAttribute('aria-invalid', 'true')
        password.input.focus()
        password.input.select()
      }
    } finally {
      busy = false
      submit.removeAttribute('aria-disabled')
    }
  }

  function submitted(event: Event): void {
    event.preventDefault()
    void signIn()
  }

  function use(account: (typeof DEMO_ACCOUNTS)[number]): void {
    email.input.value = account.email
    password.input.value = account.password
    submit.focus()
  }

  return {
    title: 'Sign in',
    content: [
      h(
        'div',
        { class: 'entrance' },
        heading('Sign in'),
        notice !== undefined && h('p', { class: 'notice', role: 'status' }, notice),
        h(
          'form',
          { class: 'card', method: 'post', onsubmit: submitted, 'aria-describedby': 'problem' },
          email.row,
          password.row,
          problem,
          submit,
        ),
        h(
          'section',
          { class: 'accounts', 'aria-labelledby': 'accounts' },
          h('h2', { id: 'accounts' }, 'Demo accounts'),
          h(
            'ul',
            {},
            ...DEMO_ACCOUNTS.map((account) =>
              h(
                'li',
                {},
                h(
                  'div',
                  {},
                  h('strong', {}, account.name),
                  h('span', { class: 'tag' }, account.roles.at(-1)),
                  h('code', {}, account.email),
                  h('code', {}, account.password),
                ),
                button('Fill in', () => use(account), { 'aria-label': `Fill in as ${account.name}` }),
              ),
            ),
          ),
        ),
      ),
    ],
  }
}

function field(id: string, label: string, attributes: Record<string, string>) {
  const input = h('input', { id, name: id, required: true, ...attributes })
  return { input, row: h('div', { class: 'field' }, h('label', { for: id }, label), input) }
}

function explain(error: unknown): string {
  if (!isSessionError(error)) return 'That did not work. Please try again.'
  if (error.status === 401) return 'E-mail and password do not match.'
  if (error.status === 429) return `Too many attempts. Please wait ${error.retryAfter ?? 60} seconds.`
  return 'The server could not be asked. Please try again in a moment.'
}
