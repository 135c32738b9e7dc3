/**
 * Declares the type of `request.auth` for the whole program: import it once. In an entry of its own, because two libraries
 * that declare one name do not compile together.
 */
import type { Principal } from '@countersign/core'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; `undefined` on public routes, and for anonymous requests. */
    auth: Principal | undefined
  }
}
