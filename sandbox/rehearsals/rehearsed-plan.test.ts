import { expect, test } from "vitest";

import { floorSeconds } from "../../plan/index.js";
import chat from "../../plans/kubernetes-chat.js";
import { defaultWorld } from "../world/spec.js";
import { archiveInterval, broughtForward, rehearsable } from "./rehearsed-plan.js";

test.each([
  ["2026-11-21T06:10:01Z", "1-59/2 * * * *"],
  ["2026-11-21T06:11:01Z", "0-59/2 * * * *"],
  ["2026-11-21T06:59:30Z", "0-59/2 * * * *"],
])(
  "nothing of the plan differs but that physical backups are due in the first minute after %s",
  (from, cron) => {
    const forward = broughtForward(chat, Date.parse(from));

    const { messages } = forward.datasets;
    expect(messages?.kind === "postgres" && messages.backups.map((each) => each.kind)).toEqual(
      expect.arrayContaining(["physical", "logical"]),
    );
    expect(JSON.stringify(forward).match(/"cron":"[^"]+"/g)).toEqual([
      `"cron":"${cron}"`,
      `"cron":"0 2 * * *"`,
    ]);
    expect(JSON.parse(JSON.stringify(forward).replaceAll(cron, "0 2 * * *"))).toEqual(
      JSON.parse(JSON.stringify(chat)),
    );
  },
);

test("the floor is lease wait, the check turning healthy and the TTL", () => {
  expect(floorSeconds(chat)).toBe(60 + 5 + 3 * 10 + 60);
});

test("the archive interval is what the plan says of WAL", () => {
  expect(archiveInterval(chat, "messages")).toBe(60);
});

test("the dataset behind the name is found", () => {
  expect(rehearsable(chat, defaultWorld)).toBe("messages");
});

test("every reason why a plan cannot be rehearsed is said at once", () => {
  const { lease: _lease, dns: _dns, ...bare } = chat;
  const world = {
    ...defaultWorld,
    regions: defaultWorld.regions.filter(({ region }) => region !== "eu-west-1"),
  };

  expect(() => rehearsable(bare, world)).toThrow(
    'plan "chat" cannot be rehearsed: site "witness" is in eu-west-1, and the world has us-east-1, us-west-2; ' +
      "dns has to name a service that needs a PostgreSQL dataset; a lease is missing",
  );
});
