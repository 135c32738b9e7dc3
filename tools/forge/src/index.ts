export { startKeyServer, type KeyServer } from './key-server.ts'
export { createSigner, type Signer, type SignerOptions } from './signer.ts'
export { fakeClock, type FakeClock } from './clock.ts'
export { base64url, joinToken, splitToken, type TokenParts } from './token.ts'
