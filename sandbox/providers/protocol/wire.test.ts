import { expect, test } from "vitest";

import { differences } from "./difference.js";
import { formatPath, parsePath } from "./path.js";
import { isUnknown } from "./values.js";
import { receive, Secret, send } from "./wire.js";

const key = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [key]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (fields: object) => ({ [key]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...fields });
const notKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("a secret arrives unwrapped and leaves marked: at its place, and wherever its text is repeated", () => {
  const { values, secrets } = receive({
    data: secret({ key: "hunter2-hunter2" }),
    port: secret(1),
    open: "yes",
  });

  expect(values).toEqual({ data: { key: "hunter2-hunter2" }, port: 1, open: "yes" });
  expect(send({ ...values, copy: ["hunter2-hunter2"] }, secrets)).toEqual({
    data: secret({ key: "hunter2-hunter2" }),
    port: secret(1),
    open: "yes",
    copy: [secret("hunter2-hunter2")],
  });
});

test("no message shows a secret, plain or encoded", () => {
  const { secrets } = receive({ password: secret("hunter2-hunter2") });
  const encoded = Buffer.from("hunter2-hunter2").toString("base64");

  expect(secrets.redact(`bad "hunter2-hunter2" (${encoded})`)).toBe('bad "[secret]" ([secret])');
});

test("unknowns and outputs are recognised, also inside secrets", () => {
  const { values, secrets } = receive({
    a: notKnown,
    b: output({}),
    c: secret(notKnown),
    d: output({ value: 1, secret: true }),
  });

  expect(["a", "b", "c"].map((name) => isUnknown(values[name]))).toEqual([true, true, true]);
  expect(send(values, secrets)).toEqual({ a: notKnown, b: notKnown, c: notKnown, d: secret(1) });
});

test("a provider may declare more secret, and leaves out what is undefined", () => {
  const { secrets } = receive({});

  expect(send({ token: new Secret({ value: new Secret("x") }), gone: undefined }, secrets)).toEqual({
    token: secret({ value: "x" }),
  });
});

test("differences are named by the deepest path that shows them; what is unknown may change", () => {
  const olds = { spec: { image: "a", ports: [80, 81], same: { x: 1 } }, old: 1 };
  const { values } = receive({ spec: { image: notKnown, ports: [80], same: { x: 1 } }, "new.key": 1 });

  expect(differences(olds, values)).toEqual({
    "spec.image": "update",
    "spec.ports[1]": "delete",
    old: "delete",
    '["new.key"]': "add",
  });
});

test.each(["spec.containers[0].image", 'metadata.labels["app.kubernetes.io/name"]', '["a.b"]'])(
  "%s is read and written alike",
  (path) => {
    expect(formatPath(parsePath(path))).toBe(path);
  },
);
