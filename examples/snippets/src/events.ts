// #region events
import type { Events } from '@countersign/core'
import { subscribe } from 'node:diagnostics_channel'

subscribe('countersign:refused', (message) => {
  const { code, status, claim, cause } = message as Events['countersign:refused']
  if (status >= 500) console.error(code, cause)
  else console.info(code, claim)
})
// #endregion
