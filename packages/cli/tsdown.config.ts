import { library } from '../../tsdown.library.ts'

// A command that Node runs, and nobody imports: ES modules alone, without declarations.
export default library({ entry: ['src/main.ts'] })
  .filter(({ format }) => format === 'esm')
  .map((build) => ({ ...build, dts: false }))
