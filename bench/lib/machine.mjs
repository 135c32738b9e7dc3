// Describes the machine. It leaves out names and paths, since they do not affect speed.
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform, arch, totalmem } from 'node:os'
import { spawnSync } from 'node:child_process'

export function describeMachine(nodePath) {
  const probe = spawnSync(nodePath, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' })
  const versions = JSON.parse(probe.stdout)
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${arch()}`,
    node: versions.node,
    v8: versions.v8,
    openssl: versions.openssl,
    load: loadavg().map((value) => Number(value.toFixed(2))),
  }
}

/** The installed version of each measured package. */
export function readVersions(folder) {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
  return Object.fromEntries(
    Object.keys(dependencies).map((name) => [
      name,
      JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, folder), 'utf8')).version,
    ]),
  )
}
