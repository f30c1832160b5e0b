import { readFile } from "node:fs/promises";

import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { archiveConfig } from "./pgbackrest-config.js";
import type { Placement } from "./placement.js";
import { writePrivate } from "./private-file.js";
import { ensureApplication } from "./roles.js";
import type { Server } from "./server.js";
import { verifyStructure } from "./structure.js";
import { readVolumeState, writeVolumeState } from "./volume-state.js";

/** How long a clean shutdown may take before sessions are ended without one; within the lease's fence budget. */
const cleanShutdown = 5_000;

/**
 * The gate between sessions and writes, moved by the lease alone.
 *
 * Shut means that PostgreSQL runs as a hot standby: no setting of any session makes that one write.
 */
export class Gate {
  #open: number | undefined;

  constructor(
    private readonly placement: Placement,
    private readonly server: Server,
    private readonly say: (line: string) => void,
  ) {}

  /** The epoch in which writes are accepted; undefined while shut. */
  get epoch(): number | undefined {
    return this.#open;
  }

  /** Ends every session and starts the server read-only. Resolves only once no session can write. */
  async close(reason: string): Promise<void> {
    this.#open = undefined;
    this.say(`shutting the gate: ${reason}`);
    await this.server.stop(cleanShutdown);
    await this.server.start("read-only");
  }

  /**
   * Lets sessions write in `epoch`.
   *
   * The volume's own epoch is resumed on its timeline; a new one begins a new timeline, a new repository and,
   * before anybody may write, a verified database.
   */
  async open(epoch: number): Promise<void> {
    const { dataset } = this.placement;
    const volume = await readVolumeState();
    if (!volume) throw new EngineError("the volume was never completed", 3);
    await writePrivate(
      files.archive,
      archiveConfig(this.placement, epoch, await readFile(files.passphrase, "utf8")),
    );
    if (volume.epoch === epoch) {
      await this.server.stop(cleanShutdown);
      await this.server.start("read-write");
    } else {
      await pgbackrest(files.archive, dataset).run("stanza-create", ["--no-online"]);
      await this.server.promote();
      this.say(`promoted into epoch ${epoch}`);
      await verifyStructure(this.server, this.say);
      await writeVolumeState({ ...volume, epoch });
    }
    await ensureApplication(
      this.server,
      this.placement,
      await readFile(`${folders.secrets}/app-password`, "utf8"),
    );
    this.#open = epoch;
    this.say(`the gate is open in epoch ${epoch}`);
  }
}
