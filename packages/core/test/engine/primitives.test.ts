import { constants, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { engine } from '../../src/engine/node.ts'

const INPUT = 'header.payload'

describe('the Node engine', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const handle = engine.importKey(publicKey.export({ format: 'jwk' }))

  it.each([
    ['PS256', 'sha256'],
    ['PS384', 'sha384'],
    ['PS512', 'sha512'],
  ] as const)('%s: has the verdict of node:crypto on every length of salt', (algorithm, hash) => {
    const padding = constants.RSA_PKCS1_PSS_PADDING
    const verdicts = [0, 20, 31, 32, 33, 48, 64, 65, constants.RSA_PSS_SALTLEN_MAX_SIGN].map((saltLength) => {
      const signature = sign(hash, Buffer.from(INPUT), { key: privateKey, padding, saltLength })
      const ours = engine.verify(algorithm, handle, INPUT, signature, false)
      const options = { key: publicKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      expect(ours).toBe(verify(hash, Buffer.from(INPUT), options, signature))
      return ours
    })
    expect(verdicts.filter(Boolean)).toHaveLength(1)
  })

  it('keeps the paddings of RSA apart', () => {
    const pkcs1 = sign('sha256', Buffer.from(INPUT), privateKey)
    const verdict = (algorithm: 'RS256' | 'PS256' | 'RS512') =>
      engine.verify(algorithm, handle, INPUT, pkcs1, false)
    expect([verdict('RS256'), verdict('PS256'), verdict('RS512')]).toEqual([true, false, false])
  })

  it('reads one segment after another, short after long, without a trace of the first', () => {
    const segment = (text: string) => Buffer.from(text).toString('base64url')
    expect(engine.decodeText(segment('x'.repeat(40_000)))).toHaveLength(40_000)
    expect(engine.decodeText(segment('{}'))).toBe('{}')
    expect(engine.decodeText(segment('\uFFFD'))).toBe('\uFFFD')
    expect(engine.decodeText(Buffer.from([0xc3, 0x28]).toString('base64url'))).toBeUndefined()
  })

  it('takes no character for the one that shares its low byte', () => {
    expect(engine.decodeText('e30')).toBe('{}')
    expect(engine.decodeText('e3\u0130')).toBeUndefined() // U+0130 ends in the byte of '0'
    expect(engine.decodeText('\u016530')).toBeUndefined()
  })
})
