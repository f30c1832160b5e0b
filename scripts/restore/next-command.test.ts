import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import desk from "../../plans/support-desk.js";
import { restoreCommand, unsaidWay } from "./next-command.js";

test("whoever names only the plan is told the ways that this plan has", () => {
  expect(unsaidWay(desk)).toMatchObject({
    message: "from what to restore, and into what, is not said",
    exitCode: 2,
    hint: "--into-folder <folder> (any moment, a new data folder), or --kind logical (a dump, a new database)",
  });
  expect(unsaidWay(chat, "messages").hint).toMatch(/^--to <site> \(any moment/);
});

test.each([
  [
    { kind: "physical", at: "2026-03-01T14:30:00Z" },
    "secondsite restore plan.ts --dataset tickets --kind physical --into-folder <folder> --at 2026-03-01T14:30:00Z --store office=/mnt",
  ],
  [
    { kind: "physical" },
    "secondsite restore plan.ts --dataset tickets --kind physical --into-folder <folder> --store office=/mnt",
  ],
  [
    { kind: "logical", at: "2026-03-01T14:30:00Z" },
    "secondsite restore plan.ts --dataset tickets --kind logical --into <database> --point 1 --store office=/mnt",
  ],
])("the restore of what was chosen, %j, as it can be typed", (chosen, command) => {
  const point = { dataset: "tickets", site: "office", label: "1", ...chosen };

  expect(restoreCommand("plan.ts", desk, point, ["office=/mnt"])).toBe(command);
});

test("a server in a cluster is restored at the site of the copy", () => {
  const point = {
    dataset: "messages",
    kind: "physical",
    site: "oregon",
    label: "1",
    at: "2026-03-01T14:30:00Z",
  };

  expect(restoreCommand("plan.ts", chat, point)).toBe(
    "secondsite restore plan.ts --dataset messages --to oregon --at 2026-03-01T14:30:00Z",
  );
});
