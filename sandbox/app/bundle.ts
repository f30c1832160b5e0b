import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** Bundles the chat service into one file for its image. */
export async function bundleChat(outfile: string): Promise<void> {
  await build({
    absWorkingDir: here,
    entryPoints: [join(here, "main.ts")],
    outfile: resolve(outfile),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["pg-native"],
    legalComments: "none",
    logLevel: "error",
    banner: {
      // Bundled CommonJS packages call `require` for node's own modules.
      js: `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`,
    },
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bundleChat(process.argv[2] ?? resolve(here, "../../dist/chat.mjs"));
}
