import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import type { ModuleMetadata } from '@nestjs/common'
import { GraphQLModule } from '@nestjs/graphql'
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { Platform } from './app.ts'

type Import = NonNullable<ModuleMetadata['imports']>[number]

/** The servers of GraphQL that are supported, each with options of its own, for `describe.each`. */
export function graphqlServers(
  apollo: Partial<ApolloDriverConfig>,
  mercurius: Partial<MercuriusDriverConfig>,
): readonly (readonly [name: string, platform: Platform, module: Import])[] {
  const onApollo = { driver: ApolloDriver, autoSchemaFile: true, ...apollo }
  const onMercurius = { driver: MercuriusDriver, autoSchemaFile: true, ...mercurius }
  return [
    ['Apollo on Express', () => new ExpressAdapter(), GraphQLModule.forRoot<ApolloDriverConfig>(onApollo)],
    [
      'Mercurius on Fastify',
      () => new FastifyAdapter(),
      GraphQLModule.forRoot<MercuriusDriverConfig>(onMercurius),
    ],
  ]
}
