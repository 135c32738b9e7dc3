// Starts the API and an issuer on loopback, tries the API out, and ends.
import 'reflect-metadata'
import { createIssuer, tryOut } from '@countersign/example-orders'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.ts'

const issuer = await createIssuer()
const { audience, jwksUri } = issuer
const app = await NestFactory.create(AppModule.with({ issuer: issuer.issuer, audience, jwksUri }), {
  logger: ['error', 'warn'],
  forceCloseConnections: true,
})
await app.listen(0, '127.0.0.1')
try {
  await tryOut('Nest', await app.getUrl(), issuer)
} finally {
  await app.close()
  await issuer.stop()
}
