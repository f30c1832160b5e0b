import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { execa } from "execa";

/** In a line: on what something was measured, and how busy it was with other things. */
export async function machine(): Promise<string> {
  const [system = ""] =
    /(?<=PRETTY_NAME=").*(?=")/.exec(await readFile("/etc/os-release", "utf8").catch(() => "")) ?? [];
  const versions = [["pg_dump", "--version"] as const, ["zstd", "--version"] as const].map(
    async ([program, ...args]) => {
      const { stdout } = await execa(program, args, { reject: false });
      return `${program} ${/\d+\.\d+(\.\d+)?/.exec(stdout ?? "")?.[0] ?? "of unknown version"}`;
    },
  );
  return [
    `${availableParallelism()} processors (${cpus()[0]?.model ?? "unknown"})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system,
    `Node ${process.version.slice(1)}`,
    ...(await Promise.all(versions)),
    `load of others at the start: ${loadavg()[0]?.toFixed(1)}`,
  ].join(", ");
}
