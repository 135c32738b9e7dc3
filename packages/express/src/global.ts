/**
 * Declares the type of `req.auth` for the whole program: import it once. In an entry of its own, because two libraries
 * that declare one name do not compile together.
 */
import type { Principal } from '@countersign/core'

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request; `undefined` before `jwtAuth()`, and for anonymous requests. */
      auth?: Principal
    }
  }
}
