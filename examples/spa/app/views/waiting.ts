import { button, h } from '../dom.ts'
import { heading, type View } from '../view.ts'

/** Until it is known who is signed in. There is nothing private on it. */
export function waitingView(): View {
  return {
    title: 'One moment',
    content: [heading('One moment'), h('p', { class: 'lead' }, 'Looking who is signed in.')],
  }
}

/** Where that could not be found out. */
export function unknownView(retry: () => Promise<void>): View {
  return {
    title: 'No answer',
    content: [
      heading('No answer yet'),
      h(
        'p',
        { class: 'lead' },
        'The server could not be asked who is signed in. Nobody was signed out; we keep trying.',
      ),
      h('div', { class: 'actions' }, button('Try now', retry, { class: 'primary' })),
    ],
  }
}

export function missingView(): View {
  return {
    title: 'Not found',
    content: [
      heading('There is nothing here'),
      h('p', { class: 'lead' }, h('a', { href: '/' }, 'To the overview')),
    ],
  }
}
