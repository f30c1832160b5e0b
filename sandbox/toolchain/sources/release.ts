import { chmod, copyFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { download, fetchText } from "../download.js";
import type { Job, Source } from "../model.js";
import { run } from "./run.js";

/** The processor as releases name it. */
export const releaseArch = process.arch === "x64" ? "amd64" : process.arch;

/** What a project publishes for one version. */
export interface ReleaseArgs {
  /** How it reads to a person, for example `official release v1.36.3`. */
  readonly title: string;
  /** Files to download; next to each its publisher keeps `<url>.sha256`. */
  readonly files: readonly string[];
  /**
   * What an archive holds: programs, or one folder that becomes the package.
   * @default the files are programs themselves
   */
  readonly archive?: "programs" | "tree";
}

/**
 * Programs that their makers publish, checked against the SHA-256 that they publish beside them.
 * That check is as good as TLS to the publisher: the digest is not pinned here.
 */
export function release({ title, files, archive }: ReleaseArgs): Source {
  return {
    name: title,
    check: "the SHA-256 that its publisher keeps beside it, over TLS",
    async fetch(job) {
      for (const url of files) {
        const published = await fetchText(`${url}.sha256`);
        const sha256 = /\b[0-9a-f]{64}\b/i.exec(published)?.[0];
        if (!sha256) throw new Error(`${url}.sha256: holds no SHA-256`);
        const file = join(job.downloads, basename(new URL(url).pathname));
        await download(url, sha256, file, job.say);
        if (archive === undefined) await program(file, job);
        else await unpack(file, archive, job);
      }
    },
  };
}

async function program(file: string, job: Job): Promise<void> {
  const to = join(job.bin, basename(file));
  await copyFile(file, to);
  await chmod(to, 0o755);
}

async function unpack(file: string, layout: "programs" | "tree", job: Job): Promise<void> {
  job.say(`unpacking ${basename(file)}`);
  const where =
    layout === "programs" ? ["--directory", job.bin] : ["--directory", job.root, "--strip-components=1"];
  await run(`unpacking ${basename(file)}`, "tar", ["--extract", "--file", file, "--no-same-owner", ...where]);
}
