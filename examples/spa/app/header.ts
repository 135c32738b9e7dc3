import { button, h, svg } from './dom.ts'
import type { Current } from './session.ts'
import { signOut } from './sign-out.ts'

/** The bar on top: where one is, where one can go, who one is. */
export function createHeader(): { element: HTMLElement; show: (current: Current | undefined) => void } {
  const element = h('header', { class: 'top' })
  return {
    element,
    show(current) {
      element.replaceChildren(brand(), ...(current === undefined ? [] : [navigation(current), user(current)]))
    },
  }
}

function brand(): HTMLElement {
  const mark = svg(
    'svg',
    { viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
    svg('circle', { cx: '16', cy: '16', r: '14' }),
    svg('path', { d: 'M9 16.5l4.6 4.6L23 11.6' }),
  )
  return h('a', { class: 'brand', href: '/' }, mark, 'Countersign')
}

function navigation({ roles }: Current): HTMLElement {
  const paths = {
    '/': 'Overview',
    '/devices': 'Devices',
    ...(roles.includes('admin') && { '/admin': 'Admin' }),
  }
  return h(
    'nav',
    { 'aria-label': 'Main' },
    ...Object.entries(paths).map(([path, name]) =>
      h('a', { href: path, 'aria-current': path === location.pathname && 'page' }, name),
    ),
  )
}

function user({ user: { name } }: Current): HTMLElement {
  return h(
    'div',
    { class: 'user' },
    h('span', {}, name),
    button('Sign out', () => signOut(), { class: 'quiet' }),
  )
}
