import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type LeftOut, room } from "./left-out.js";

/** What the arithmetic takes care of besides its terms: each with text that is there exactly once, and what it becomes. */
const cares: readonly (readonly [what: string, file: string, text: string, instead: string])[] = [
  [
    "runs that may stand in each other's way",
    "runs.ts",
    'concurrency === "Allow" || busy < spacing.shortest',
    "true",
  ],
  [
    "a late start where runs may stand in each other's way",
    "runs.ts",
    "const busy = longestRun(deadline, upload.seconds) + late;",
    "const busy = longestRun(deadline, upload.seconds);",
  ],
  [
    "runs that never end because the next replaces them",
    "runs.ts",
    "const spared = sparedStarts(plan, dataset, backup, starting, busy);",
    "const spared: Age = { terms: [...gapTerms(spacing), ...runTerms(starting, upload)] };",
  ],
  [
    "the late start while changes gather",
    "runs.ts",
    "spacing.withOneMissed + late);",
    "spacing.withOneMissed);",
  ],
  [
    "an upload to each direct copy",
    "runs.ts",
    "seconds: (moved * copies) / bytes(upload)",
    "seconds: moved / bytes(upload)",
  ],
  [
    "what changes while runs stand in each other's way",
    "runs.ts",
    "uploadOf(plan, dataset, backup, apart, 2)",
    "uploadOf(plan, dataset, backup, 0, 2)",
  ],
  ["a timer's accuracy, twice", "runs.ts", "late: 2 * accuracy", "late: accuracy"],
  ["changes between events", "runs.ts", 'on === "change" || changesOnlyOn(dataset, on)', "true"],
  [
    "more changes than the line carries, copied on change",
    "runs.ts",
    "return isTooMuch(plan, dataset, backup)",
    "return false",
  ],
  [
    "more changes than the line carries, in a stream",
    "bound.ts",
    "if (isTooMuch(plan, dataset, stream)) return",
    "if (false) return",
  ],
  ["a point beneath log that is older than the log", "bound.ts", "sumOf(age.terms) <= kept", "true"],
  ["a copy that is gone before the next is there", "bound.ts", "seconds(keep) < oldest", "false"],
  ["a full backup beneath others at all", "bound.ts", "if (!isLink(backup)) return", "return"],
  ["a full backup that is gone before what builds on it", "bound.ts", "seconds(keep) < needed", "false"],
];

/** The same as places to leave out. */
export const everyCare = (): LeftOut[] =>
  cares.map(([what, name, text, instead]) => {
    const file = join(room, name);
    const [before = "", ...after] = readFileSync(file, "utf8").split(text);
    if (after.length !== 1) throw new Error(`"${what}": ${after.length} places in ${name} match, 1 expected`);
    return { what, file, from: before.length, until: before.length + text.length, instead };
  });
