import { describe, expect, test } from "vitest";

import type { Plan } from "../plan/index.js";
import messenger from "./airgapped-messenger.js";
import messengerDocumented from "./as-documented/airgapped-messenger.js";
import invoicingDocumented from "./as-documented/invoicing.js";
import chatDocumented from "./as-documented/kubernetes-chat.js";
import meshDocumented from "./as-documented/multi-vps.js";
import deskDocumented from "./as-documented/support-desk.js";
import invoicing from "./invoicing.js";
import chat from "./kubernetes-chat.js";
import mesh from "./multi-vps.js";
import desk from "./support-desk.js";
import { citedIn, filesOf, textOf } from "./testing/citations.js";
import { brokenIn } from "./testing/findings.js";
import type { Rows } from "./testing/rows.js";
import { rows as messengerRows } from "./testing/rows-airgapped-messenger.js";
import { rows as invoicingRows } from "./testing/rows-invoicing.js";
import { rows as chatRows } from "./testing/rows-kubernetes-chat.js";
import { rows as meshRows } from "./testing/rows-multi-vps.js";
import { rows as deskRows } from "./testing/rows-support-desk.js";
import { type PlanFile, type Source, sources } from "./testing/sources.js";

interface Worked {
  readonly file: PlanFile;
  readonly plan: Plan;
  readonly documented: Plan;
  readonly rows: Rows;
  /** Letter of its requirements, and how many there are. */
  readonly numbered: readonly [string, number];
}

const worked: Worked[] = [
  {
    ...{ file: "airgapped-messenger", plan: messenger, documented: messengerDocumented },
    ...{ rows: messengerRows, numbered: ["A", 12] },
  },
  {
    ...{ file: "support-desk", plan: desk, documented: deskDocumented },
    ...{ rows: deskRows, numbered: ["B", 14] },
  },
  {
    ...{ file: "kubernetes-chat", plan: chat, documented: chatDocumented },
    ...{ rows: chatRows, numbered: ["C", 19] },
  },
  {
    ...{ file: "multi-vps", plan: mesh, documented: meshDocumented },
    ...{ rows: meshRows, numbered: ["D", 17] },
  },
  {
    ...{ file: "invoicing", plan: invoicing, documented: invoicingDocumented },
    ...{ rows: invoicingRows, numbered: ["E", 9] },
  },
];

/** What is at a path such as `datasets.auth.backups[0].keep`; names may have dashes. */
const at = (plan: Plan, path: string): unknown =>
  path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], plan);

/** Stores that a source names and a plan does not declare. */
const undeclared = (plan: Plan, { stores }: Source): string[] =>
  Object.entries(stores).flatMap(([store, name]) => (Object.hasOwn(plan.datasets, name) ? [] : [store]));

describe.each(worked)("$file", ({ file, plan, documented, rows, numbered: [letter, count] }) => {
  const source: Source = sources[file];

  test("keeps every promise it makes", () => {
    expect(brokenIn(plan)).toEqual([]);
  });

  test("every requirement row has its places", () => {
    const wanted = Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

    expect(Object.keys(rows).filter((row) => row.startsWith(letter))).toEqual(wanted);
    expect(Object.values(rows).filter((places) => places.length === 0)).toEqual([]);
  });

  test.each(
    Object.entries(rows).flatMap(([row, places]) => places.map(([path, value]) => ({ row, path, value }))),
  )("$row: $path", ({ path, value }) => {
    expect({ [path]: at(plan, path) }).toMatchObject({ [path]: value });
  });

  test("every store that the source names is declared, here and as documented", () => {
    expect(undeclared(plan, source)).toEqual([]);
    expect(undeclared(documented, source)).toEqual([]);
  });

  test.each(Object.entries(source.stores))("a plan without %s is noticed", (store, name) => {
    const { [name]: _dropped, ...datasets } = plan.datasets;

    expect(undeclared({ ...plan, datasets }, source)).toContain(store);
  });

  test.each([file, `as-documented/${file}`])("each figure of %s names its section, or is ours", (name) => {
    const cited = filesOf(name).flatMap((path) => citedIn(textOf(path)).map((each) => ({ path, ...each })));
    const known = ({ says = "" }: { says?: string | undefined }) =>
      ["ours", ...source.sections].some(
        (section) =>
          says === section ||
          (/^(?: asks\b|[:;])/.test(says.slice(section.length)) && says.startsWith(section)),
      );

    expect(cited.length).toBeGreaterThan(0);
    expect(cited.filter((each) => !known(each))).toEqual([]);
  });
});

test("F9: the plans without a cloud name no site, key or identity of AWS", () => {
  for (const plan of [messenger, desk]) expect(JSON.stringify(plan)).not.toMatch(/aws|arn:|"kms"/);
});
