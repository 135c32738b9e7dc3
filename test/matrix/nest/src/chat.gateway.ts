import { JwtAuthGuard, Principal, rememberUpgrade, Scopes } from '@countersign/nest'
import { UseGuards } from '@nestjs/common'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import type { IncomingMessage } from 'node:http'

@UseGuards(JwtAuthGuard)
@WebSocketGateway()
export class ChatGateway {
  handleConnection(client: object, request?: IncomingMessage) {
    // ws hands the request over, Socket.IO keeps it itself
    if (request?.headers) rememberUpgrade(client, request)
  }

  @SubscribeMessage('me')
  me(@Principal() principal: Principal) {
    return { event: 'me', data: principal.subject }
  }

  @Scopes('chat:write')
  @SubscribeMessage('say')
  say() {
    return { event: 'said', data: null }
  }
}
