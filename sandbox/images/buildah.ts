import { rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";

import { WorldError } from "../errors.js";
import { lastLines } from "./debian.js";

/** One image to build from a Dockerfile. */
export interface Build {
  /** Path of the Dockerfile. */
  readonly file: string;
  /** Folder that `COPY` takes from. */
  readonly context: string;
  /** Local name of the result, for `BASE` of other builds. */
  readonly tag: string;
  /** Local name of the image to start from. */
  readonly base?: string;
}

/** buildah with a storage of its own: the user's images are neither seen nor touched. */
export class Buildah {
  readonly #program: string;
  readonly #storage: readonly string[];

  /** @param directory where layers are kept between builds. */
  constructor(program: string, directory: string) {
    this.#program = program;
    this.#storage = ["--root", join(directory, "storage"), "--runroot", join(directory, "run")];
  }

  /**
   * Builds an image; steps whose input is unchanged come from earlier builds.
   *
   * @throws WorldError with the failing step's last lines.
   */
  async build({ file, context, tag, base }: Build): Promise<void> {
    await this.#run(
      [
        "bud",
        "--layers",
        // No container engine and no cgroups are needed; the network is the machine's, for apt.
        ...["--isolation", "chroot", "--network", "host", "--format", "docker"],
        ...(base ? ["--build-arg", `BASE=${base}`] : []),
        ...["--tag", tag, "--file", file, context],
      ],
      `building ${tag} from ${file}`,
    );
  }

  /** Whether an image of this local name is in the storage. */
  async has(tag: string): Promise<boolean> {
    const { exitCode } = await this.#execute([
      "inspect",
      "--type",
      "image",
      "--format",
      "{{.FromImageID}}",
      tag,
    ]);
    return exitCode === 0;
  }

  /**
   * Writes an image as a docker-archive that carries its name; the file appears whole or not at all.
   */
  async save(reference: string, tar: string): Promise<void> {
    const partial = `${tar}.partial`;
    // buildah refuses to add to an archive that an interrupted run left.
    await rm(partial, { force: true });
    await this.#run(
      ["push", "--quiet", reference, `docker-archive:${partial}:${reference}`],
      `saving ${reference}`,
    );
    await rename(partial, tar);
  }

  /** Forgets the containers of interrupted builds. */
  async dropUnfinished(): Promise<void> {
    await this.#run(["rm", "--all"], "removing containers of interrupted builds");
  }

  /** Forgets every other image, and layers that lead to none of these. */
  async keepOnly(tags: readonly string[]): Promise<void> {
    const all = await this.#run(
      ["images", "--noheading", "--format", "{{.Name}}:{{.Tag}}"],
      "listing images",
    );
    const old = all.split("\n").filter((tag) => tag.startsWith("secondsite.local/") && !tags.includes(tag));
    if (old.length > 0) await this.#run(["rmi", ...old], "removing images of earlier builds");
    await this.#run(["rmi", "--prune"], "removing unused layers");
  }

  async #run(args: readonly string[], doing: string): Promise<string> {
    const { failed, stdout, stderr } = await this.#execute(args);
    if (!failed) return stdout;
    throw new WorldError(`images: ${doing} failed:\n${lastLines(`${stdout}\n${stderr}`, 12)}`);
  }

  #execute(args: readonly string[]) {
    return execa(this.#program, [...this.#storage, "--storage-driver", "overlay", ...args], {
      reject: false,
      stdin: "ignore",
      timeout: 900_000,
    });
  }
}
