import { h } from './dom.ts'

/** What fills the page at one address. */
export interface View {
  readonly title: string
  readonly content: readonly Node[]
  /** Ends what it follows. */
  readonly close?: () => void
}

/** Its heading gets the focus when the view changes, so that screen readers begin there. */
export function heading(text: string): HTMLHeadingElement {
  return h('h1', { tabindex: '-1' }, text)
}

/** A part of a view, named by its own heading. */
export function card(
  id: string,
  title: string,
  ...children: readonly (Node | string | false)[]
): HTMLElement {
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), ...children)
}
