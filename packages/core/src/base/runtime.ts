/** Whether `NODE_ENV` is `production`. Some runtimes have no `process`. */
export function isProduction(): boolean {
  return globalThis.process?.env?.['NODE_ENV'] === 'production'
}
