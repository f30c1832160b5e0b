import { expect, test } from "vitest";

import { compressionOf } from "../compressed.js";
import { dumpFormatOf } from "./legacy-format.js";
import { legacyDumps } from "./legacy-names.js";
import { restrictedLines } from "./legacy-plain.js";

test("C3: dumps of legacy names are listed newest first, with the metadata beside them", () => {
  const listed = legacyDumps(
    [
      "backups/full/dchat-full-2025-10-27_02-00-00.sql.gz",
      "backups/full/dchat-full-2025-10-27_02-00-00.meta.json",
      "backups/full/dchat-full-2025-10-28_02-00-00.sql.gz",
      "backups/full/my-full-app-full-20251026_0200.dump",
      "backups/full/dchat-full-2025-13-28_02-00-00.sql.gz",
      "backups/full/notes.txt",
    ].map((key, index) => ({ key, bytes: index })),
  );
  expect(listed).toEqual([
    {
      key: "backups/full/dchat-full-2025-10-28_02-00-00.sql.gz",
      app: "dchat",
      takenAt: "2025-10-28T02:00:00.000Z",
      bytes: 2,
    },
    {
      key: "backups/full/dchat-full-2025-10-27_02-00-00.sql.gz",
      app: "dchat",
      takenAt: "2025-10-27T02:00:00.000Z",
      bytes: 0,
      metadata: "backups/full/dchat-full-2025-10-27_02-00-00.meta.json",
    },
    {
      key: "backups/full/my-full-app-full-20251026_0200.dump",
      app: "my-full-app",
      takenAt: "2025-10-26T02:00:00.000Z",
      bytes: 3,
    },
  ]);
});

test("C3: compression and format are told by content", () => {
  expect(compressionOf(Buffer.from([0x1f, 0x8b, 8]))).toBe("gzip");
  expect(compressionOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBe("zstd");
  expect(compressionOf(Buffer.from("--\n"))).toBe("none");
  expect(dumpFormatOf(Buffer.from("PGDMP\u0001"), "x")).toBe("custom");
  const tar = Buffer.alloc(512);
  tar.write("toc.dat");
  tar.write("ustar", 257);
  expect(dumpFormatOf(tar, "x")).toBe("tar");
  expect(dumpFormatOf(Buffer.from("--\n-- PostgreSQL database dump\n"), "x")).toBe("plain");
  expect(() => dumpFormatOf(Buffer.from("<html>"), "a.sql.gz")).toThrow(
    'a.sql.gz is no dump that PostgreSQL writes: it begins with "<html>"',
  );
  expect(() => dumpFormatOf(Buffer.alloc(0), "a.sql.gz")).toThrow("is no dump");
});

test("a plain dump is handed on byte for byte between marks that it cannot know, in whatever pieces it comes", async () => {
  const text = [
    "\\restrict its-own",
    "CREATE TABLE t (a text);",
    'ALTER TABLE public.t OWNER TO "the ""owner""";',
    "GRANT SELECT ON TABLE public.t TO reader WITH GRANT OPTION;",
    "GRANT SELECT ON TABLE public.t TO PUBLIC;",
    "COPY public.t (a) FROM stdin;",
    "ALTER TABLE x OWNER TO nobody;",
    "\\restrict is data here",
    `${"long".repeat(600_000)}`,
    "\\.",
    "\\unrestrict its-own",
    "-- end",
  ].join("\n");
  for (const size of [4099, 1 << 22]) {
    const roles: string[] = [];
    const pieces: Buffer[] = [];
    const source = (async function* () {
      for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
    })();
    for await (const piece of restrictedLines(source, (role) => roles.push(role))) pieces.push(piece);
    const [first = "", ...rest] = Buffer.concat(pieces).toString().split("\n");
    expect(first).toMatch(/^\\restrict [0-9a-f]{32}$/);
    expect(rest.at(-2)).toBe(first.replace("restrict", "unrestrict"));
    expect(rest.slice(0, -2)).toEqual(text.split("\n").filter((line) => !line.includes("its-own")));
    expect(roles).toEqual(['the "owner"', "reader"]);
  }
});
