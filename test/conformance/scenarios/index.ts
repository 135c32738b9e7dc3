import { cacheScenarios } from './cache.ts'
import { keyScenarios } from './keys.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [...keyScenarios, ...cacheScenarios]
