/** Whether `NODE_ENV` says so. Some runtimes have no `process`. */
export function isProduction(): boolean {
  return globalThis.process?.env?.['NODE_ENV'] === 'production'
}
