import type { Refusal } from '@countersign/core'
import type { ExecutionContext } from '@nestjs/common'
import { createRequire } from 'node:module'
import { AuthException } from './exception.ts'
import { setRefusalHeaders } from './platform.ts'
import { answerRefusals } from './websocket.ts'

type ExceptionClass = new (error: object) => Error

/** Optional peers: whoever has gateways or microservices has them. `require` loads ES modules too since Node 20.19. */
const optionalPeer = createRequire(import.meta.url)

/**
 * A refusal as the exception that this kind of context understands. For WebSockets and microservices the payload is
 * the problem document itself: given a text instead, Nest 11 would add the message that was refused, token included.
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
