import { chmod } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build, type Metafile, type Plugin } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * What the runner does without: provisioning, the sandbox, and the loader of TypeScript plans. A job gets its
 * plan as JSON.
 */
const absent = /^(@pulumi\/|typescript$|esbuild$|tsx($|\/)|listr2$)/;

/** Importing what is absent throws where it is imported, so a command that needs it says so. */
const withoutProvisioning: Plugin = {
  name: "without-provisioning",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: absent }, ({ path }) => ({ path, namespace: "absent" }));
    // Asking about every import would take many times as long as bundling does.
    onResolve({ filter: /^\..*\/sandbox\// }, ({ path, resolveDir }) => {
      const inside = relative(root, resolve(resolveDir, path));
      return inside.startsWith("sandbox/") ? { path: inside, namespace: "absent" } : undefined;
    });
    onLoad({ filter: /./, namespace: "absent" }, ({ path }) => ({
      contents: `module.exports = {};
        throw Object.assign(new Error(${JSON.stringify(`the runner image does not contain ${path}`)}), {
          exitCode: 2, hint: "run this command from a checkout of the project" });`,
      loader: "js",
    }));
  },
};

/**
 * Bundles the command line with all it needs into one file for the runner image.
 *
 * @param outfile path of the file to write; executable afterwards.
 * @returns what went in, by file.
 */
export async function bundle(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, "scripts/secondsite.ts")],
    outfile: resolve(outfile),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    plugins: [withoutProvisioning],
    banner: {
      // Bundled CommonJS packages call `require` for node's own modules.
      js: `#!/usr/bin/env node
import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`,
    },
  });
  await chmod(outfile, 0o755);
  return metafile;
}

/** `npm run bundle`: `-- FILE` names another file than `dist/secondsite.mjs`. */
async function main([outfile, ...more]: readonly string[]): Promise<void> {
  if (more.length > 0 || outfile?.startsWith("-")) {
    const asked = outfile === "--help" || outfile === "-h";
    if (!asked)
      process.stderr.write(`bundle takes one file to write, got "${[outfile, ...more].join(" ")}"\n`);
    (asked ? process.stdout : process.stderr).write(
      "Usage: npm run bundle [-- FILE]   # default: dist/secondsite.mjs\n",
    );
    process.exitCode = asked ? 0 : 2;
    return;
  }
  await bundle(outfile ?? join(root, "dist/secondsite.mjs"));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await main(process.argv.slice(2));
