import { expect, test } from "vitest";

import { table } from "./table.js";

const rows = [
  { name: "etcd", why: "keep each cluster's state" },
  { name: "kube-apiserver", why: "serve each region's Kubernetes API to everybody who asks" },
];
const columns = [
  { title: "Program", value: ({ name }: (typeof rows)[0]) => name },
  { title: "Needed to", value: ({ why }: (typeof rows)[0]) => why, wrap: true },
];

test("aligns columns and wraps words where a line would be too long", () => {
  expect(table(rows, columns, 44)).toBe(
    [
      "Program         Needed to",
      "etcd            keep each cluster's state",
      "kube-apiserver  serve each region's",
      "                Kubernetes API to everybody",
      "                who asks",
      "",
    ].join("\n"),
  );
});

test("has only titles when there are no rows", () => {
  expect(table([], columns, 80)).toBe("Program  Needed to\n");
});

test("what a program said on several lines stays in its column", () => {
  expect(table([{ name: "etcd", why: "did not start:\nno room" }], columns, 80)).toBe(
    "Program  Needed to\netcd     did not start: no room\n",
  );
});
