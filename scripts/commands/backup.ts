import { Option } from "@commander-js/extra-typings";

import type { CommandModule } from "../command.js";

/** `secondsite backup`: captures a recovery point now. CronJobs run it; so can a person. */
export const backup: CommandModule = {
  register(program, done) {
    program
      .command("backup <plan> <dataset>")
      .description("Captures a recovery point of a dataset into every direct copy, now.")
      .addOption(new Option("--kind <kind>", "what to capture").choices(["physical"]).default("physical"))
      .addOption(new Option("--site <site>", "site that captures").env("SECONDSITE_SITE"))
      .option("--json", "print the recovery points as JSON", false)
      .addHelpText(
        "after",
        "\nExit codes: 0 every copy has the point, 2 bad input, 3 at least one copy failed.\n\nExample:\n  $ secondsite backup plans/kubernetes-chat.ts messages --kind physical",
      )
      .action(async (path, dataset, { site, json }) => {
        const { loadPlan } = await import("../../plans/load.js");
        const { place } = await import("../../engines/postgres/placement.js");
        const { capturePhysical } = await import("../../engines/postgres/capture.js");
        const { primarySite } = await import("../../plan/index.js");
        const { presentEpoch } = await import("../../engines/postgres/lease.js");
        const plan = await loadPlan(path);
        const placement = place(plan, site ?? primarySite(plan), dataset);
        const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
        const captured = await capturePhysical(placement, await presentEpoch(placement), say);
        const points = captured.map(({ key, entry }) => ({ key, ...entry }));
        if (json) process.stdout.write(`${JSON.stringify({ dataset, points }, undefined, 2)}\n`);
        else
          for (const { label, site: at } of captured) process.stdout.write(`${dataset}: ${label} at ${at}\n`);
        done(0);
      });
  },
};
