// What decryption needs of the library, by name. To import all of it when needed (`import('jose')`) would copy all of it into
// the CommonJS build, since a bundler cannot know what is used.
export { compactDecrypt, importJWK } from 'jose'
