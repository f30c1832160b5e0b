import fc from "fast-check";
import { expect, test } from "vitest";

import { criticalPath, type Phase, together } from "./graph.js";

test("no order of work takes longer than the bound for so many workers", () => {
  const times = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 8 }), (each, workers) => {
      // Whoever is free takes the next.
      const free = Array.from({ length: workers }, () => 0);
      for (const seconds of each) {
        const first = free.indexOf(Math.min(...free));
        free[first] = (free[first] ?? 0) + seconds;
      }
      expect(Math.max(...free)).toBeLessThanOrEqual(together(each, workers) + 1e-6);
    }),
  );
});

/** Phases in a random order that wait for earlier ones. */
const graphs = fc
  .array(
    fc.record({ seconds: fc.nat({ max: 100 }), after: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((all) =>
    all.map(
      ({ seconds, after }, index): Phase => ({
        ...{ name: `p${index}`, what: "", basis: "", seconds },
        after: after.filter((each) => each < index).map((each) => `p${each}`),
      }),
    ),
  );

test("the critical path is what following every chain finds, and its steps wait for each other", () => {
  fc.assert(
    fc.property(graphs, (phases) => {
      const byName = new Map(phases.map((phase) => [phase.name, phase]));
      const ends = (name: string): number => {
        const { seconds, after } = byName.get(name) ?? { seconds: 0, after: [] };
        return seconds + Math.max(0, ...after.map(ends));
      };
      const { seconds, steps: path } = criticalPath(phases);

      expect(seconds).toBe(Math.max(...phases.map(({ name }) => ends(name))));
      expect(path.reduce((sum, step) => sum + step.seconds, 0)).toBe(seconds);
    }),
  );
});

test("a phase that waits for one that is not before it is refused", () => {
  const phase = { name: "a", what: "", seconds: 1, basis: "", after: ["b"] };

  expect(() => criticalPath([phase])).toThrow('phase "a" waits for "b", which is not before it');
});
