import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { execa, type ResultPromise } from "execa";

import { silent } from "../../progress.js";
import { cacheDir, ensureTools } from "../../toolchain/index.js";
import { type Ca, ensureCa } from "../../world/index.js";
import { buildImages, type Image, type Images } from "../index.js";

/** The images with the CA that worlds use, built unless they are in the cache. */
export async function testImages(): Promise<{ readonly images: Images; readonly ca: Ca }> {
  const tools = await ensureTools(["buildah", "mmdebstrap", "runc"], silent);
  const ca = await ensureCa(join(cacheDir(), "ca"));
  return { images: await buildImages({ tools, caFile: ca.certFile, progress: silent }), ca };
}

/** What a container runs. */
export interface Run {
  readonly args: readonly string[];
  /** Added to the image's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where a folder of the host appears, by the folder. It has to be writable for the image's user. */
  readonly mounts?: Readonly<Record<string, string>>;
}

const child = { reject: false, timeout: 300_000, all: true } as const;
/** A running container. */
export type Child = ResultPromise<typeof child>;

/**
 * An image unpacked, to run by runc as a restricted Pod would: the image's user, no capabilities, a read-only
 * root and a /tmp. The network is the host's.
 */
export class TestContainers {
  #count = 0;
  readonly #names = new Map<Child, string>();
  readonly #root: readonly string[];

  private constructor(
    /** Everything is in here. */
    readonly directory: string,
    /** The image's user. */
    readonly user: { readonly uid: number; readonly gid: number },
    readonly env: readonly string[],
  ) {
    this.#root = ["--root", join(directory, "runc")];
  }

  static async unpack({ tar }: Image): Promise<TestContainers> {
    const directory = await mkdtemp(join(tmpdir(), "secondsite-image-"));
    const archive = join(directory, "archive");
    const rootfs = join(directory, "rootfs");
    await Promise.all([mkdir(archive), mkdir(rootfs)]);
    await execa("tar", ["-xf", tar, "-C", archive]);
    const json = async (file: string): Promise<unknown> =>
      JSON.parse(await readFile(join(archive, file), "utf8"));
    const [manifest] = (await json("manifest.json")) as [{ Config: string; Layers: string[] }];
    for (const layer of manifest.Layers) await execa("tar", ["-xf", join(archive, layer), "-C", rootfs]);
    const { config } = (await json(manifest.Config)) as { config: { User: string; Env: string[] } };
    await rm(archive, { recursive: true });
    const [uid = 0, gid = 0] = config.User.split(":").map(Number);
    return new TestContainers(directory, { uid, gid }, config.Env);
  }

  /** Starts a container; the child ends with it, and SIGTERM to the child reaches the container. */
  start({ args, env = {}, mounts = {} }: Run): Child {
    this.#count += 1;
    const bundle = join(this.directory, `bundle-${this.#count}`);
    mkdirSync(bundle);
    writeFileSync(join(bundle, "config.json"), JSON.stringify(this.#config(args, env, mounts)));
    const name = `test-${process.pid}-${basename(this.directory)}-${this.#count}`;
    const running = execa("runc", [...this.#root, "run", "-b", bundle, name], child);
    this.#names.set(running, name);
    return running;
  }

  /** SIGKILL to a container's first process, which ends all of them. */
  async kill(running: Child): Promise<void> {
    await execa("runc", [...this.#root, "kill", this.#names.get(running) ?? "", "KILL"]);
    await running;
  }

  /** Runs a container to its end. @returns what it printed. @throws when its exit code is not 0. */
  async run(run: Run): Promise<string> {
    const { exitCode, stdout, stderr } = await await this.start(run);
    if (exitCode !== 0)
      throw new Error(`${run.args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Removes the image's files; containers must have ended. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  #config(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    mounts: Readonly<Record<string, string>>,
  ) {
    const tmpfs = (destination: string) => ({
      destination,
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "mode=1777"],
    });
    return {
      ociVersion: "1.0.2",
      process: {
        terminal: false,
        user: this.user,
        args,
        env: [...this.env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
        cwd: "/tmp",
        capabilities: {},
        noNewPrivileges: true,
      },
      root: { path: join(this.directory, "rootfs"), readonly: true },
      mounts: [
        { destination: "/proc", type: "proc", source: "proc" },
        ...["/dev", "/dev/shm", "/tmp"].map(tmpfs),
        ...Object.entries(mounts).map(([source, destination]) => ({
          destination,
          source,
          type: "bind",
          options: ["rbind", "rw"],
        })),
      ],
      linux: { namespaces: [{ type: "mount" }, { type: "pid" }, { type: "ipc" }] },
    };
  }
}
