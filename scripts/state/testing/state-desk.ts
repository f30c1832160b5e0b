import { readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { vi } from "vitest";

import { bucketAddress } from "../../../engines/pulumi-state/testing/backends.js";
import {
  pulumiFolder,
  type TestProject,
  testProject,
} from "../../../engines/pulumi-state/testing/project.js";
import { parsePlan } from "../../../plan/index.js";
import { type Desk, startDesk } from "../../sealed/testing/desk.js";
import type { Answer } from "../../testing/terminal.js";

/** A desk that keeps the state of its own stacks, which lies in a bucket of the office's store. */
export interface StateDesk {
  readonly desk: Desk;
  /** The project, whose stack `prod` was updated and whose stack `dev` never was. */
  readonly project: TestProject;
  /** Runs a command about the plan, told where its copies are. */
  on(command: string, ...args: string[]): Promise<Answer>;
  /** The same for a command of a group: `keys status`. */
  onGroup(group: string, command: string, ...args: string[]): Promise<Answer>;
}

/** Starts it, with Pulumi on PATH. */
export async function startStateDesk(): Promise<StateDesk> {
  const desk = await startDesk();
  const backend = `${await bucketAddress(desk.store, "desk-state")}&profile=desk-office`;
  const kept = (source: object) => ({
    ...{ kind: "configuration", at: "desk", category: "customer", source, size: "1MiB", changes: "1MiB" },
    backups: [
      {
        ...{ kind: "copy", schedule: { kind: "cron", cron: "0 * * * *" }, keep: { count: 1 } },
        ...{ direct: ["office", "offsite"] },
      },
    ],
  });
  const plan = JSON.parse(await readFile(desk.plan, "utf8"));
  Object.assign(plan.datasets, {
    "infrastructure-state": kept({ kind: "pulumi-state", reference: backend }),
    deployments: kept({ kind: "git", reference: "git@git.desk.test:desk/deploy.git" }),
    cloud: kept({ kind: "pulumi-state", reference: "https://api.pulumi.com/desk" }),
  });
  await writeFile(desk.plan, JSON.stringify(parsePlan(plan)));
  vi.stubEnv("PATH", [await pulumiFolder(), process.env.PATH].join(delimiter));
  const environment = {
    AWS_SHARED_CREDENTIALS_FILE: join(desk.folder, "credentials"),
    AWS_CONFIG_FILE: join(desk.folder, "none"),
  };
  const project = await testProject(desk.folder, backend, environment);
  for (const stack of ["prod", "dev"]) await project.pulumi("stack", "init", stack);
  await project.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
  const on = (command: string, ...args: string[]) =>
    desk.secondsite(command, desk.plan, ...args, ...desk.places);
  const onGroup = (group: string, command: string, ...args: string[]) =>
    desk.secondsite(group, command, desk.plan, ...args, ...desk.places);
  return { desk, project, on, onGroup };
}
