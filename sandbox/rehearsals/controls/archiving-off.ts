import { setTimeout as sleep } from "node:timers/promises";

import { files } from "../../../engines/postgres/folders.js";
import { names } from "../../../plan/index.js";
import { kubectl } from "../kubectl.js";
import type { Control } from "./model.js";

/** Longer than any plan's RPO that is rehearsed here, in seconds. */
const written = 330;

/** WAL no longer leaves the primary, and no backup succeeds, while the customer writes on for minutes. */
export const archivingOff: Control = {
  scenario: "region-loss",
  async beforeFault({ world, plan, dataset, primary, timeline, signal }) {
    await timeline.phase("Archiving off", async (say) => {
      const inPod = [
        "exec",
        `${dataset}-0`,
        "--namespace",
        names.namespace(plan),
        "--container",
        "database",
        "--",
      ];
      await kubectl(world, primary.region, ...inPod, "mv", files.archive, `${files.archive}.away`);
      say(`the customer writes on for ${written} s`);
      await sleep(written * 1000, undefined, { signal });
    });
  },
};
