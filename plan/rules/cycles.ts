/** Who needs whom, by name. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Every circle that is closed by following needs, each once, as the names along it with the first one again at the
 * end. A name that needs itself is a circle of one. Takes time in proportion to names and needs, and no stack.
 */
export function cycles(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const path: { name: string; next: number }[] = [];
    const depth = new Map<string, number>();
    const enter = (name: string) => {
      depth.set(name, path.length);
      path.push({ name, next: 0 });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const need = graph.get(top.name)?.[top.next++];
      if (need === undefined) {
        done.add(top.name);
        depth.delete(top.name);
        path.pop();
      } else if (depth.has(need)) {
        found.push([...path.slice(depth.get(need)).map(({ name }) => name), need]);
      } else if (!done.has(need) && graph.has(need)) {
        enter(need);
      }
    }
  }
  return found;
}
