export * from '@countersign/core'
export { Authorize, Public, Roles, Scopes, UsePolicy } from './decorators.ts'
export { AuthException } from './exception.ts'
export { JwtAuthGuard } from './guard.ts'
export {
  getPolicyToken,
  JwtAuthModule,
  type JwtAuthModuleAsyncOptions,
  type JwtAuthModuleOptions,
  type JwtAuthModuleSchemaOptions,
} from './module.ts'
export { Principal, type PrincipalOptions } from './principal.ts'
export {
  IssuerModule,
  SessionModule,
  type IssuerModuleOptions,
  type RoutesFactory,
  type SessionModuleOptions,
  type SessionModulePath,
} from './routes.ts'
export { rememberUpgrade } from './websocket.ts'
