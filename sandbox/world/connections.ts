import { readFile } from "node:fs/promises";

import type { Program } from "../program.js";
import type { WorldTools } from "./tools.js";

/** Writes every new connection that a namespace sees to its log: the node's own and its Pods'. */
export function connectionRecorder(tools: WorldTools): Program {
  return {
    name: "connections",
    argv: [
      tools.conntrack,
      "--event",
      "--event-mask",
      "NEW",
      "--output",
      "timestamp,extended",
      // A burst must not be lost: 8 MiB of events.
      "--buffer-size",
      "8388608",
    ],
  };
}

/** One new connection as a place saw it. */
export interface Connection {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly protocol: string;
  /** Who opened it: a Pod's own address where a Pod did. */
  readonly source: string;
  /** What was asked for: a Service's own address where a Service was. */
  readonly destination: string;
  /** What `destination` stood for after kube-proxy's translation; the same where there was none. */
  readonly answeredBy: string;
  /** Destination's port; undefined for protocols without. */
  readonly port?: number;
}

/** Reads what a place recorded; a place that has recorded nothing yet has no connections. */
export async function readConnections(file: string): Promise<readonly Connection[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return parseConnections(text);
}

/** Reads conntrack's lines; what is no new connection, its closing words among them, is left out. */
export function parseConnections(text: string): readonly Connection[] {
  return text.split("\n").flatMap((line) => {
    const head = /^\[(\d+\.\d+)\]\s+\[NEW\]\s+\S+\s+\d+\s+(\S+)/.exec(line);
    const [, at, protocol] = head ?? [];
    // The first tuple is what was sent, the second what an answer will look like.
    const [source] = values(line, "src");
    const [destination] = values(line, "dst");
    const answeredBy = values(line, "src")[1];
    if (!at || !protocol || !source || !destination || !answeredBy) return [];
    const [port] = values(line, "dport");
    return [
      {
        at: Math.round(Number(at) * 1000),
        protocol,
        source,
        destination,
        answeredBy,
        ...(port ? { port: Number(port) } : {}),
      },
    ];
  });
}

function values(line: string, key: string): string[] {
  return [...line.matchAll(new RegExp(`\\b${key}=(\\S+)`, "g"))].map(([, value = ""]) => value);
}
