import express, { Router, type RequestHandler } from 'express'
import { join } from 'node:path'

/** Only our own files, nothing inline, in nobody's frame. Even a script that got in could send nothing elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const setHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}

/**
 * The application's files, and its one page at each of its paths. There is nothing private in them.
 * @param built the folder that `vite build` made
 */
export function pages(built: string): RequestHandler {
  const router = Router()
  router.use(setHeaders)
  router.use(
    '/assets',
    express.static(join(built, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  )
  router.get(['/', '/devices', '/admin'], (_req, res) => {
    res.sendFile(join(built, 'index.html'), { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } })
  })
  return router
}
