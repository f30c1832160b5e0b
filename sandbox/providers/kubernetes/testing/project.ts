import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { operator } from "../../../world/index.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** What a Pulumi command came to. */
export interface Result {
  readonly exitCode: number | undefined;
  /** Both streams. */
  readonly output: string;
}

/** A Pulumi project of one file, run by the real engine as a world's operator. */
export class Project {
  private constructor(
    readonly world: string,
    readonly directory: string,
  ) {}

  /** @param program TypeScript source; reads its configuration through `pulumi.Config` */
  static async create(world: string, program: string): Promise<Project> {
    const project = new Project(world, await mkdtemp(join(tmpdir(), "secondsite-project-")));
    const write = (file: string, text: string) => writeFile(join(project.directory, file), text);
    await mkdir(join(project.directory, "state"));
    await symlink(join(root, "node_modules"), join(project.directory, "node_modules"));
    await write("package.json", JSON.stringify({ type: "module" }));
    await write(
      "Pulumi.yaml",
      "name: objects\nmain: main.mjs\nruntime: {name: nodejs, options: {typescript: false}}\n",
    );
    await write(
      "main.mjs",
      'import { register } from "tsx/esm/api";\nregister();\nexport default { ...(await import("./index.ts")) };\n',
    );
    await write("index.ts", program);
    await project.pulumi("stack", "init", "test");
    return project;
  }

  async pulumi(...args: readonly string[]): Promise<Result> {
    const { process } = await operator(this.world, ["pulumi", ...args, "--non-interactive"], {
      cwd: this.directory,
      reject: false,
      timeout: 240_000,
      env: {
        PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    const { exitCode, stdout, stderr } = await process;
    return { exitCode, output: `${String(stdout)}\n${String(stderr)}` };
  }

  async kubectl(...args: readonly string[]): Promise<Result> {
    const { process } = await operator(this.world, ["kubectl", ...args], { reject: false, timeout: 60_000 });
    const { exitCode, stdout, stderr } = await process;
    return { exitCode, output: `${String(stdout)}\n${String(stderr)}` };
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
