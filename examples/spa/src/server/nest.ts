import 'reflect-metadata'
import { JwtAuthGuard, JwtAuthModule, MountModule, Principal, Roles } from '@countersign/nest'
import { createSessions, type Sessions } from '@countersign/sessions'
import { sqliteStore } from '@countersign/store-sqlite'
import { Controller, Get, HttpCode, Inject, Module, Param, Post, type DynamicModule } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { createDocuments, type Documents } from './documents.ts'
import { createLoginLimit } from './login-limit.ts'
import { pages } from './pages.ts'
import type { Server, Settings } from './settings.ts'
import { createUserRows } from './user-rows.ts'
import { createUsers, type Users } from './users.ts'

const USERS = Symbol('users')
const SESSIONS = Symbol('sessions')
const DOCUMENTS = Symbol('documents')

@Controller('api')
class ApiController {
  readonly #users: Users
  readonly #documents: Documents

  constructor(@Inject(USERS) users: Users, @Inject(DOCUMENTS) documents: Documents) {
    this.#users = users
    this.#documents = documents
  }

  @Get('profile')
  profile(@Principal() principal: Principal) {
    return this.#users.profile(principal)
  }

  @Post('documents')
  countersign(@Principal() principal: Principal) {
    return this.#documents.countersign(principal.subject)
  }
}

@Roles('admin')
@Controller('api/admin')
class AdminController {
  readonly #users: Users
  readonly #sessions: Sessions

  constructor(@Inject(USERS) users: Users, @Inject(SESSIONS) sessions: Sessions) {
    this.#users = users
    this.#sessions = sessions
  }

  @Get('users')
  list() {
    return createUserRows(this.#users, this.#sessions)()
  }

  @HttpCode(204)
  @Post('users/:id/sign-out')
  async signOut(@Param('id') id: string) {
    await this.#sessions.endAll({ subject: id })
  }
}

@Module({})
class AppModule {
  static with(users: Users, sessions: Sessions): DynamicModule {
    const { login, shown } = users
    return {
      module: AppModule,
      imports: [
        MountModule.forRoot({
          path: 'auth',
          handler: sessions.routes({ login, user: shown, rateLimit: createLoginLimit() }),
        }),
        JwtAuthModule.forRoot(sessions.verification()),
      ],
      controllers: [ApiController, AdminController],
      providers: [
        { provide: USERS, useValue: users },
        { provide: SESSIONS, useValue: sessions },
        { provide: DOCUMENTS, useFactory: createDocuments },
        // everything in controllers is protected
        { provide: APP_GUARD, useClass: JwtAuthGuard },
      ],
    }
  }
}

/** The same server in Nest. */
export async function createServer({ database, secret, files, ...options }: Settings): Promise<Server> {
  const users = await createUsers()
  const store = sqliteStore(database)
  const sessions = createSessions({ ...options, store, secrets: [secret], claims: users.claims })
  await store.init()

  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(users, sessions), {
    logger: ['error', 'warn'],
  })
  app.use(pages(files)) // public
  await app.init()
  return {
    listener: app.getHttpAdapter().getInstance(),
    async close() {
      await app.close()
      store.close()
    },
  }
}
