import type { Refusal } from '@countersign/core'
import type { ExecutionContext } from '@nestjs/common'
import { createRequire } from 'node:module'
import { AuthException } from './exception.ts'
import { setRefusalHeaders } from './platform.ts'
import { answerRefusals } from './websocket.ts'

type ExceptionClass = new (error: object) => Error

/**
 * Optional peers: applications with gateways or microservices have them. `require` loads ES modules too since Node
 * 20.19.
 */
const optionalPeer = createRequire(import.meta.url)

/**
 * A refusal as the exception for this kind of context. For WebSockets and microservices the payload is the problem
 * document itself: with a text instead, Nest 11 would add the rejected message, token included.
 */
export function toException(context: ExecutionContext, refusal: Refusal): Error {
  switch (context.getType<string>()) {
    case 'ws': {
      const { WsException } = optionalPeer('@nestjs/websockets') as { WsException: ExceptionClass }
      answerRefusals(context.switchToWs().getClient<object>(), refusal.body)
      return new WsException(refusal.body)
    }
    case 'rpc': {
      const { RpcException } = optionalPeer('@nestjs/microservices') as { RpcException: ExceptionClass }
      return new RpcException(refusal.body)
    }
    case 'http':
      setRefusalHeaders(context.switchToHttp().getResponse(), refusal)
      return new AuthException(refusal)
    default:
      return new AuthException(refusal)
  }
}
