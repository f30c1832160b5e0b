import { WorldError } from "../../errors.js";
import { commandLine } from "../../world/processes.js";
import { processesOf } from "../../world/takedown.js";
import type { Control } from "./model.js";

/**
 * The old primary's keeper, and the kubelet that would end a keeper which doesn't answer, are stopped: nobody
 * shuts its gate any more.
 */
export const keeperDisabled: Control = {
  scenario: "partition",
  async afterFault({ world, primary }) {
    const place = world.places.regions.find(({ region }) => region === primary.region);
    const processes = place ? await processesOf(world, place) : [];
    const stopped = processes.filter(({ pid }) =>
      /\bkubelet |secondsite\S* pod database /.test(`${commandLine(pid)} `),
    );
    if (stopped.length < 2)
      throw new WorldError(`found only ${stopped.length} of keeper and kubelet to stop`);
    for (const { pid } of stopped) process.kill(pid, "SIGSTOP");
  },
};
