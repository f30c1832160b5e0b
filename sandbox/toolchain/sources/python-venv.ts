import { join } from "node:path";

import type { Source } from "../model.js";
import { run } from "./run.js";

/** A virtual environment of its own, filled from `requirements.txt` in the named folder, every file by its hash. */
export function pythonVenv(title: string, folder: string): Source {
  return {
    name: title,
    check: "every file by its pinned SHA-256",
    async fetch({ root, bin, say, need }) {
      const python = await need("python3");
      await run("virtual environment", python, ["-m", "venv", "--clear", root], { timeout: 120_000 });
      say("installing");
      await run(
        "pip",
        join(bin, "python"),
        [
          ...["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"],
          ...["--require-hashes", "--only-binary", ":all:", "--timeout", "5", "--retries", "1"],
          ...["--requirement", join(import.meta.dirname, "..", folder, "requirements.txt")],
        ],
        { timeout: 300_000 },
      );
    },
  };
}
