import { readFile } from "node:fs/promises";

import type { Fence } from "../../vault/lease/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { archiveConfig } from "./pgbackrest-config.js";
import type { Placement } from "./placement.js";
import { writePrivate } from "./private-file.js";
import { ensureApplication, ensureDumps } from "./roles.js";
import { dumpPassword } from "./secrets.js";
import type { Server } from "./server.js";
import { verifyStructure } from "./structure.js";
import { readVolumeState, type VolumeState, writeVolumeState } from "./volume-state.js";

/** How long a clean shutdown may take before sessions are ended without one; within the lease's fence budget. */
const cleanShutdown = 5_000;

/**
 * The gate between sessions and writes, moved by the lease alone.
 *
 * Shut means that PostgreSQL runs as a hot standby: no setting of any session makes that one write.
 */
export class Gate implements Fence {
  #open: number | undefined;
  #opening: Promise<void> | undefined;

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
    if (!this.#opening && this.server.mode === "read-only") return;
    this.say(`shutting the gate: ${reason}`);
    await this.server.stop(cleanShutdown);
    // An opening under way fails at its next step, because its server is gone.
    await this.#opening?.catch(() => undefined);
    await this.server.stop(cleanShutdown);
    this.say("no session can write");
    await this.server.start("read-only");
  }

  /** Lets sessions write in `epoch`; see {@link Fence}. */
  open(epoch: number, signal: AbortSignal): Promise<void> {
    this.#opening = this.#openNow(epoch, signal).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openNow(epoch: number, signal: AbortSignal): Promise<void> {
    const volume = await readVolumeState();
    if (!volume) throw new EngineError("the volume was never completed", 3);
    await writePrivate(
      files.archive,
      archiveConfig(this.placement, epoch, await readFile(files.passphrase, "utf8")),
    );
    signal.throwIfAborted();
    if (volume.epoch === epoch) await this.#resume();
    else await this.#begin(epoch, volume, signal);
    signal.throwIfAborted();
    await ensureApplication(
      this.server,
      this.placement,
      await readFile(`${folders.secrets}/app-password`, "utf8"),
    );
    signal.throwIfAborted();
    await this.#letDumpsIn();
    signal.throwIfAborted();
    this.#open = epoch;
    this.say(`the gate is open in epoch ${epoch}`);
  }

  /** A Secret of an earlier release has no password for dumps: they wait for the next, and nothing else does. */
  async #letDumpsIn(): Promise<void> {
    const password = await readFile(`${folders.secrets}/${dumpPassword}`, "utf8").catch(() => undefined);
    if (password === undefined) this.say("no password for dumps: none can be made here yet");
    else await ensureDumps(this.server, password);
  }

  /** The volume's own epoch goes on, on its own timeline. */
  async #resume(): Promise<void> {
    await this.server.stop(cleanShutdown);
    await this.server.start("read-write");
  }

  /** A new epoch begins a new repository and a new timeline; nobody is let in before the data is verified. */
  async #begin(epoch: number, volume: VolumeState, signal: AbortSignal): Promise<void> {
    await writeVolumeState({ ...volume, opening: epoch });
    await pgbackrest(files.archive, this.placement.dataset).run("stanza-create", ["--no-online"]);
    signal.throwIfAborted();
    await this.server.promote();
    this.say(`promoted into epoch ${epoch}`);
    // pgBackRest refuses to back up a server whose control file still names the old timeline.
    await Promise.all([this.server.query("CHECKPOINT"), verifyStructure(this.server.address, this.say)]);
    const { opening: _done, ...rest } = volume;
    await writeVolumeState({ ...rest, epoch });
  }
}
