import type { AuthenticatorOptions } from '@countersign/core'

// #region auth0
export const auth0: AuthenticatorOptions = {
  issuer: 'https://acme.eu.auth0.com/', // with the slash at the end
  audience: 'https://api.example.com', // the identifier of the API
  scopesFrom: ['scope', 'permissions'], // `permissions` where RBAC adds them to the token
  rolesFrom: 'https://api.example.com/roles', // the namespaced claim that your action sets
}
// #endregion
// #region keycloak
export const keycloak: AuthenticatorOptions = {
  issuer: 'https://sso.example.com/realms/shop',
  audience: 'orders-api', // by an audience mapper of the client scope
  rolesFrom: ['realm_access.roles', 'resource_access.orders-api.roles'],
}
// #endregion
// #region entra
export const entra: AuthenticatorOptions = {
  issuer: 'https://login.microsoftonline.com/4bd0e5ae-2c1f-4c8e-9d64-6f6e5f0f6a0b/v2.0', // your tenant's id
  audience: 'a52c6d1e-8f7b-4a35-9f0e-2d0c5b7a9e11', // the client id of the API; version 2 tokens have it in `aud`
} // scopes are read from `scp`, app roles from `roles`, without further options
// #endregion
// #region cognito
export const cognito: AuthenticatorOptions = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
  audience: null, // access tokens of Cognito have no `aud`
  clientId: '7lhlkkfbfb4q5kpp90urffao', // so the client that they were issued to is checked instead
  rolesFrom: 'cognito:groups',
}
// #endregion
