type Child = Node | string | false | undefined
type Listener = (event: Event) => void

/** Makes an element. Text stays text: nothing here reads HTML. `on…` listens, `undefined` and `false` leave out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | boolean | undefined | Listener> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== undefined && value !== false) element.setAttribute(name, value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

/** Makes an element of a drawing. */
export function svg(
  tag: keyof SVGElementTagNameMap,
  attributes: Record<string, string>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** A button that cannot be pressed twice. While it works it keeps the focus, so it is not `disabled`. */
export function button(
  label: string,
  act: () => Promise<unknown> | void,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  let busy = false
  const element = h('button', { type: 'button', ...attributes }, label)
  async function press(): Promise<void> {
    if (busy) return
    busy = true
    element.setAttribute('aria-disabled', 'true')
    try {
      await act()
    } finally {
      busy = false
      element.removeAttribute('aria-disabled')
    }
  }
  element.addEventListener('click', () => void press())
  return element
}

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' })
const moment = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** A `<time>`: of day, of year, or both. */
export function time(at: number, style: 'clock' | 'day' | 'moment'): HTMLTimeElement {
  const date = new Date(at)
  return h('time', { datetime: date.toISOString() }, { clock, day, moment }[style].format(date))
}
