import { homedir } from "node:os";
import { resolve } from "node:path";
import { expect, test } from "vitest";

import { backendPlace } from "./backend-place.js";

test.each([
  ["/srv/state", { kind: "folder", url: "file:///srv/state", folder: "/srv/state" }],
  ["file:///srv/state/", { kind: "folder", url: "file:///srv/state", folder: "/srv/state" }],
  ["file:///srv/state?no_tmp_dir=true", { kind: "folder", url: "file:///srv/state", folder: "/srv/state" }],
  ["file://~", { kind: "folder", url: `file://${homedir()}`, folder: homedir() }],
  ["state", { kind: "folder", url: `file://${resolve("state")}`, folder: resolve("state") }],
  ["s3://chat-state", { kind: "bucket", url: "s3://chat-state", bucket: "chat-state", prefix: "" }],
  [
    "s3://state/teams/chat/?region=eu-west-1&awssdk=v2",
    { kind: "bucket", bucket: "state", prefix: "teams/chat/", region: "eu-west-1" },
  ],
  [
    "s3://state?endpoint=127.0.0.1:9000&disableSSL=true&s3ForcePathStyle=true&profile=office",
    { kind: "bucket", prefix: "", endpoint: "http://127.0.0.1:9000", pathStyle: true, profile: "office" },
  ],
])("C19: a backend is found by what pulumi login takes: %s", (text, place) => {
  expect(backendPlace(text, "--into-backend")).toMatchObject(place);
});

test.each([
  ["https://api.pulumi.com", /is at "https:\/\/", which is not supported/],
  ["gs://state", /is at "gs:\/\/"/],
  ["postgres://pulumi:hunter2@db/state", /is at "postgres:\/\/"/],
  ["s3://key:hunter2@state", /has credentials in it/],
  ["s3://", /names no bucket/],
  ["s3://state?kmskeyid=alias/x", /has an option that is not supported: "kmskeyid"/],
  ["s3://state/100%", /has a path that cannot be decoded/],
  ["file://", /names no folder/],
  ["", /names no folder/],
])("C19: what is no backend that can be kept is refused, and no secret shown: %s", (text, message) => {
  const refused = () => backendPlace(text, "--into-backend");
  expect(refused).toThrow(message);
  expect(refused).toThrow(
    expect.objectContaining({ exitCode: 2, hint: expect.stringContaining("s3://<bucket>") }),
  );
  expect(refused).not.toThrow(/hunter2/);
});
