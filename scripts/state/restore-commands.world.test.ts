import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { password, pulumiFolder } from "../../engines/pulumi-state/testing/project.js";
import { names } from "../../plan/index.js";
import { type FreshContainer, freshContainer, nobody } from "../../sandbox/testing/fresh-container.js";
import { directoryStore, type ObjectStore, readChain, s3Store } from "../../vault/index.js";
import { storeEnvironment, testCredentials } from "../../vault/testing/backends.js";
import { openingFolders } from "../sealed/testing/opening-folders.js";
import { readableBy } from "../sealed/testing/readable.js";
import { type StateDesk, startStateDesk } from "./testing/state-desk.js";

const dataset = "infrastructure-state";
const prod = "organization/chat/prod";

let world: StateDesk;
let path: string[];
/** The stack as it was when the point was taken. */
let exports: unknown;
const containers: FreshContainer[] = [];

beforeAll(async () => {
  world = await startStateDesk();
  path = [...(await openingFolders()), await pulumiFolder()];
  exports = JSON.parse(await world.project.pulumi("stack", "export", "--stack", "prod"));
  const made = await world.on("backup", dataset);
  expect(made, made.err).toMatchObject({ code: 0 });
  await readableBy(nobody, world.desk);
});
afterAll(async () => {
  for (const each of containers) await each.remove();
  await world?.desk[Symbol.asyncDispose]();
});

/** The copies, as whoever restores has access to them. */
const copies = {
  office: (): ObjectStore =>
    s3Store({
      ...{ bucket: "desk-office-customer", endpoint: world.desk.office, region: "us-east-1" },
      credentials: testCredentials,
    }),
  offsite: () => directoryStore(join(world.desk.offsite, "desk-offsite-customer")),
};

test.each([
  { site: "office", holder: 0 },
  { site: "offsite", holder: 1 },
] as const)(
  "C19, F7: by its entry's commands as they stand, in a fresh container without Secondsite and node: %o",
  async ({ site, holder }) => {
    const where = await freshContainer({
      path,
      env: {
        ...(site === "office" ? storeEnvironment : {}),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    containers.push(where);
    await writeFile(
      join(where.folder, "recovery.txt"),
      await readFile(world.desk.holders[holder] ?? "", "utf8"),
    );
    for (const ours of ["node", "secondsite"])
      expect((await where.run([ours, "--version"])).exitCode).not.toBe(0);
    const [first] = await readChain(copies[site](), names.manifestPrefix(dataset, 1));
    if (first?.entry?.entry !== "point") throw new Error("there is no point");
    const commands = first.entry.restore;
    let said = "";
    for (const command of commands) {
      const { exitCode, all } = await where.run(command);
      expect(exitCode, `${command.slice(0, 2).join(" ")}: ${all}`).toBe(0);
      said = all;
    }

    expect(commands.slice(-2).map(([program]) => program)).toEqual(["pulumi", "pulumi"]);
    expect(said).toContain(prod);
    const there = world.project.at(`file://${where.folder}`);
    expect(JSON.parse(await there.pulumi("stack", "export", "--stack", "prod"))).toEqual(exports);
    expect(await there.pulumi("stack", "output", "password", "--show-secrets", "--stack", "prod")).toBe(
      password,
    );
  },
);
