import { library } from '../../tsdown.library.ts'

export default library({
  entry: ['src/index.ts', 'src/adapter.ts', 'src/toolkit.ts', 'src/engine/node.ts', 'src/engine/web.ts'],
  // whoever loads the package picks the engine by its conditions
  external: ['#engine'],
  bundleIntoCommonJs: ['jose'],
})
