import { jwtAuth } from '@countersign/express'
import express from 'express'

const app = express()
// #region ready
const auth = jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })
app.use(auth)
await auth.ready() // rejects if the keys cannot be had; without this line the first request fetches them
app.listen(3000)
// #endregion
