import { readFileSync } from "node:fs";
import { join } from "node:path";

import { validRange } from "semver";
import { expect, test } from "vitest";

import { toolNames, toolOf } from "./catalogue.js";
import { packages } from "./packages.js";
import { accepts } from "./version.js";

const read = (file: string) => readFileSync(join(import.meta.dirname, file), "utf8");

test.each(toolNames)("%s: says why, wants a range of versions, and comes from a package", (name) => {
  const { why, wanted, package: pkg } = toolOf(name);
  expect(why).toMatch(/^[a-z].{8,}[^.]$/);
  expect(validRange(wanted)).not.toBeNull();
  expect(packages).toHaveProperty(pkg);
});

test("every package brings some tool", () => {
  const used = new Set(toolNames.map((name) => toolOf(name).package));
  expect(Object.keys(packages).filter((name) => !used.has(name as never))).toEqual([]);
});

test("what a cached package installs is a version that its tools want", () => {
  const refused = toolNames.filter((name) => {
    const tool = toolOf(name);
    const pkg = packages[tool.package];
    return pkg.kind === "cached" && !accepts(tool.wanted, pkg.version);
  });
  expect(refused).toEqual([]);
});

test("the pins agree with the versions announced", () => {
  expect(read("kubernetes/go.mod")).toContain(`k8s.io/kubernetes v${packages.kubernetes.version}`);
  expect(read("pulumi/go.mod")).toContain(`github.com/pulumi/pulumi/pkg/v3 v${packages.pulumi.version}`);
  expect(read("coredns/go.mod")).toContain(`github.com/coredns/coredns v${packages.coredns.version}`);
  expect(read("encryption-sdk/requirements.txt")).toContain(
    `aws-encryption-sdk==${packages["encryption-sdk"].version} \\`,
  );
  expect(read("newer-postgres/requirements.txt")).toContain(
    `embedded-postgres==${packages["newer-postgres"].version} \\`,
  );
  expect(read("versitygw/go.mod")).toContain(`github.com/versity/versitygw v${packages.versitygw.version}`);
  expect(read("minio/go.mod")).toContain(`github.com/minio/minio v${packages.minio.version}`);
  expect(read("ministack/requirements.txt")).toContain(`ministack==${packages.ministack.version} \\`);
});

test.each(["ministack", "encryption-sdk", "newer-postgres"])(
  "every Python file of %s is pinned by its hash",
  (folder) => {
    const blocks = read(`${folder}/requirements.txt`)
      .split(/^(?=[a-z])/m)
      .filter((block) => block.includes("=="));
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.filter((block) => !/--hash=sha256:[0-9a-f]{64}/.test(block))).toEqual([]);
  },
);
