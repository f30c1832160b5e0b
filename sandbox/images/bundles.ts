import { join } from "node:path";

import { execa } from "execa";

import { WorldError } from "../errors.js";
import { lastLines } from "./debian.js";

/**
 * Runs one of the project's bundlers, as `npm run bundle` does.
 *
 * @param root the project's folder.
 * @param bundler its path in the project; called with the file to write.
 * @throws WorldError with esbuild's message, when the code does not bundle.
 */
export async function runBundler(root: string, bundler: string, outfile: string): Promise<void> {
  const { failed, stderr } = await execa(
    process.execPath,
    ["--import", "tsx", join(root, bundler), outfile],
    { cwd: root, reject: false, stdin: "ignore", timeout: 120_000 },
  );
  if (failed) throw new WorldError(`images: ${bundler} failed:\n${lastLines(stderr, 12)}`);
}
