import { readdir, readFile } from "node:fs/promises";

import { run } from "../run.js";

/**
 * Whatever on this machine names a world, found without the code that takes worlds down: namespaces, links,
 * mounts, processes, folders.
 */
export async function tracesOf({ name, net }: { readonly name: string; readonly net: number }) {
  const prefix = new RegExp(`\\bss${net}\\b`);
  const own = new RegExp(`${prefix.source}|/secondsite/${name}\\b`);
  const links = new RegExp(`\\bss${net}([vr]\\d+)?[@:]`);
  const lines = async (text: Promise<string>, pattern: RegExp) =>
    (await text).split("\n").filter((line) => pattern.test(line));
  const processes = (await run(["ps", "-eo", "pid,args"]))
    .split("\n")
    .filter((line) => own.test(line) && !line.includes("vitest"));
  const folders = await Promise.all(
    ["/var/lib/secondsite", "/run/secondsite"].map((each) => readdir(each).catch(() => [])),
  );
  return {
    namespaces: await lines(run(["ip", "netns", "list"]), prefix),
    links: await lines(run(["ip", "-oneline", "link"]), links),
    mounts: await lines(readFile("/proc/self/mountinfo", "utf8"), own),
    processes,
    folders: folders.flat().filter((each) => each === name),
  };
}

/** What a world that is gone leaves. */
export const noTraces = { namespaces: [], links: [], mounts: [], processes: [], folders: [] };
