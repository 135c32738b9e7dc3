/** Lets an iterator clean up. Its errors are ignored, since no client waits for the response any more. */
export async function endIterator(iterator: AsyncIterator<string>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // the client has disconnected
  }
}

/** A body as a stream of the web, which reads a chunk only when it is asked for one. */
export function toWebStream(body: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next()
        if (next.done === true) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      },
      cancel: () => endIterator(iterator),
    },
    { highWaterMark: 0 },
  )
}
