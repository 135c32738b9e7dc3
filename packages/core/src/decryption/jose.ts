// The functions of the library that decryption needs, by name. `import('jose')` would copy the whole library into the
// CommonJS build, since a bundler cannot know what is used.
export { compactDecrypt, importJWK } from 'jose'
