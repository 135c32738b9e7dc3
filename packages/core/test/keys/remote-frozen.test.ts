import { describe, expect, it } from 'vitest'
import { settled } from '../support/fake-key-server.ts'
import { listenTo } from '../support/listen.ts'
import { remoteScene, type RemoteScene } from '../support/remote.ts'

/** A process that is frozen while the renewal of its keys is under way, then wakes. */
async function frozen(scene: RemoteScene, seconds: number): Promise<() => void> {
  const { resultOf, server, clock } = scene
  expect(await resultOf()).toBe('authenticated')
  clock.advance(480)
  const release = server.hold()
  expect(await resultOf()).toBe('authenticated') // starts the renewal in the background
  expect(server.requests).toHaveLength(2)
  clock.advance(seconds)
  return release
}

describe('a process that was frozen while it asked for keys', () => {
  it.each([[60], [700], [5_000], [864_000]])(
    '[V-25] for %i s asks anew on waking, whose first request is answered by that',
    async (seconds) => {
      const scene = remoteScene()
      const { resultOf, server } = scene
      const release = await frozen(scene, seconds)
      const events = listenTo('countersign:keys:failed')
      // the connection did not survive: the old request fails, those after it do not
      let answered = 0
      server.answer(() => {
        if (answered++ === 0)
          throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
        return Response.json({ keys: [scene.signer.jwk] })
      })
      const first = resultOf()
      release()
      expect(await first).toBe('authenticated')
      await settled()
      expect(await resultOf()).toBe('authenticated')
      expect(server.requests).toHaveLength(3)
      expect(events.stop()).toEqual([])
    },
  )

  it('[V-25] does not wait for the old request, where what it brings could not be fresh', async () => {
    const scene = remoteScene()
    const { resultOf, server, signer } = scene
    await frozen(scene, 7_200) // and it is never released
    server.answer(() => Response.json({ keys: [signer.jwk] }))
    const release = server.hold()
    const waking = resultOf()
    release()
    expect(await waking).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
  })

  it('[V-25] asks anew where the old answer arrives, and is past its age', async () => {
    const scene = remoteScene()
    const { resultOf, server, clock, signer, signerFor } = scene
    const next = signerFor({ alg: 'ES256', kid: 'k2' })
    const release = await frozen(scene, 7_200)
    let answered = 0
    server.answer(() => Response.json({ keys: answered++ === 0 ? [signer.jwk] : [next.jwk] }))
    release()
    await settled()
    expect(await resultOf(signer)).toBe('401 key_unknown')
    expect(await resultOf(next)).toBe('authenticated')
    expect(server.requests).toHaveLength(3)
    clock.advance(1)
  })

  it('[V-25] says 503 only where asking anew fails, too, and asks no third time', async () => {
    const scene = remoteScene()
    const { resultOf, server } = scene
    const release = await frozen(scene, 7_200)
    server.down()
    const waking = resultOf()
    release()
    expect(await waking).toBe('503 keys_unavailable')
    expect(await resultOf()).toBe('503 keys_unavailable')
    expect(server.requests).toHaveLength(3)
  })
})
