/** Who imports whom: from each place to those that it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** A graph from its arrows. */
export function toGraph(arrows: Iterable<readonly [from: string, to: string]>): Graph {
  const graph = new Map<string, Set<string>>()
  for (const [from, to] of arrows) {
    if (!graph.has(from)) graph.set(from, new Set())
    if (!graph.has(to)) graph.set(to, new Set())
    graph.get(from)!.add(to)
  }
  return graph
}

/** The graph of what the places are in. Arrows within one of them are left out. */
export function grouped(graph: Graph, groupOf: (place: string) => string): Graph {
  const arrows = [...graph].flatMap(([from, targets]) =>
    [...targets].map((to) => [groupOf(from), groupOf(to)] as const),
  )
  return toGraph(arrows.filter(([from, to]) => from !== to))
}

/**
 * The circles of a graph: sets of places that all lead to each other (strongly connected components of more than one
 * member, Tarjan 1972), as readable lines.
 */
export function circlesOf(graph: Graph): string[] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[] = []

  function visit(place: string): void {
    order.set(place, order.size)
    low.set(place, order.get(place)!)
    stack.push(place)
    for (const next of graph.get(place) ?? []) {
      if (!order.has(next)) visit(next)
      if (stack.includes(next)) low.set(place, Math.min(low.get(place)!, low.get(next)!))
    }
    if (low.get(place) !== order.get(place)) return
    const circle = stack.splice(stack.indexOf(place))
    if (circle.length > 1) circles.push(circle.toSorted().join(' <-> '))
  }

  for (const place of graph.keys()) if (!order.has(place)) visit(place)
  return circles
}
