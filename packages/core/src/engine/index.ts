// The one place that names the engine of this build.
export { nodeEngine as engine } from './node.ts'
