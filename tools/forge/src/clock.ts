// the clock of the published package, from its file: through the package's name, core's own tests would depend on core
export { fakeClock, type FakeClock } from '../../../packages/testing/src/clock.ts'
