import type { Refusal } from './refuse.ts'

/** The members of Node's `ServerResponse` that writing a refusal needs. */
export interface NodeResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Writes a refusal on a Node response, past the conveniences of frameworks that would alter its headers. */
export function sendRefusal(res: NodeResponse, { status, headers, body }: Refusal): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(JSON.stringify(body))
}
