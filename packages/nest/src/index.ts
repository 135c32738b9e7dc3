export * from '@countersign/core'
export { Authorize, Public, Roles, Scopes, UsePolicy } from './decorators.ts'
export { AuthException } from './exception.ts'
export { JwtAuthGuard } from './guard.ts'
export {
  getPolicyToken,
  JwtAuthModule,
  type JwtAuthModuleAsyncOptions,
  type JwtAuthModuleOptions,
  type JwtAuthOptionsFactory,
} from './module.ts'
export { Principal, type PrincipalOptions } from './principal.ts'
export type { JwtAuthFactoryResult } from './nest-adapter.ts'
export type { AsyncOptions } from './async-options.ts'
export {
  MountModule,
  type MountedHandler,
  type MountModuleAsyncOptions,
  type MountModuleOptions,
  type MountOptionsFactory,
  type MountPath,
} from './mount-module.ts'
export { rememberUpgrade } from './websocket.ts'
