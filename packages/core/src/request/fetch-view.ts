import type { RequestView } from './view.ts'

/** The members of the web standard's `Request` that are read. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
}

/**
 * A view of a web-standard `Request`. `Headers` joins duplicates with a comma, so two `Authorization` headers look
 * like one with a comma, which is rejected too.
 *
 * @example
 * ```ts
 * const outcome = await authenticator.authenticate(fetchRequestView(request))
 * ```
 */
export function fetchRequestView(request: FetchRequest): RequestView {
  return {
    method: request.method,
    url: () => pathOf(request.url),
    header: (name) => {
      const value = request.headers.get(name)
      return value === null ? [] : [value]
    },
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
