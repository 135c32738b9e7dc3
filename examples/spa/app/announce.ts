import { h } from './dom.ts'

/** Read out by screen readers, seen by nobody. */
export const announcer = h('div', { class: 'visually-hidden', 'aria-live': 'polite', role: 'status' })

/** Says something that the eye sees elsewhere. */
export function announce(text: string): void {
  announcer.textContent = ''
  // an announcement of the same words is one, too
  setTimeout(() => (announcer.textContent = text), 50)
}
