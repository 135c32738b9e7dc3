import { CALM, type Scenario } from './honest.ts'

const HOUR = 3_600_000
const LOSSES: Scenario = { ...CALM, lostAnswers: 0.01 }
const TABS: Scenario = { ...LOSSES, tabs: 3 }

/** The worlds of the table, and in words what is in them. */
export const SCENARIOS = {
  'one tab': CALM,
  'one tab, 1 % of answers lost': LOSSES,
  'the same, a fifth of these because the laptop falls asleep for an hour': { ...LOSSES, asleep: 0.2 },
  '3 tabs in step, no locks, 1 % of answers lost': TABS,
  'the same with locks': { ...TABS, locks: true },
  'the same without locks, a fifth of the losses by sleep': { ...TABS, asleep: 0.2 },
  '5 tabs within a minute of one another, no locks, 1 % lost, 5 % of messages up to 12 s late': {
    ...TABS,
    tabs: 5,
    spread: 60_000,
    late: 0.05,
  },
  '3 tabs, no locks, 3 replicas, 1 % of answers and 2 % of requests lost, 2 % late': {
    ...TABS,
    replicas: 3,
    lostRequests: 0.02,
    late: 0.02,
  },
  'the same, and a laptop that sleeps an hour every 4 hours': {
    ...TABS,
    replicas: 3,
    lostRequests: 0.02,
    late: 0.02,
    sleepEvery: 4 * HOUR,
  },
  'the same without sleep, and a logout every 2 hours': {
    ...TABS,
    replicas: 3,
    lostRequests: 0.02,
    late: 0.02,
    logoutEvery: 2 * HOUR,
  },
} as const satisfies Record<string, Scenario>

/** The name of a scenario. */
export type ScenarioName = keyof typeof SCENARIOS

/** The one that the promise is about. */
export const MAIN = '3 tabs in step, no locks, 1 % of answers lost' satisfies ScenarioName
