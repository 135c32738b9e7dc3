import { createHash } from 'node:crypto'

const SCRIPT = 'document.forms[0].submit()'
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64')

// #region page
/** A form that posts itself: the token is in no URL, so in no history, log, or `Referer`. */
export function handOffPage(target: string, token: string): string {
  return `<!doctype html>
<title>One moment</title>
<form method="post" action="${attribute(target)}">
  <input type="hidden" name="token" value="${attribute(token)}">
  <noscript><button>Continue</button></noscript>
</form>
<script>${SCRIPT}</script>`
}

/** No caching, no frames; only this one script runs, and the form goes to one target only. */
export function pageHeaders(target: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src 'sha256-${SCRIPT_HASH}'; form-action ${target}; frame-ancestors 'none'; base-uri 'none'`,
  }
}
// #endregion

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
