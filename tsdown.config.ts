import { defineConfig } from 'tsdown'

// `tsdown` at the root builds every package by the tsdown.config.ts in its folder.
export default defineConfig({ workspace: 'packages/*' })
