import * as dnsPacket from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { evaluate } from "./evaluate.js";
import { type AnswerQuestion, respond } from "./packet.js";
import { address, factsOf } from "./testing/facts.js";

const many = Array.from({ length: 100 }, (_none, index) => ({ Value: `10.0.1.${index}` }));
const facts = factsOf([
  address("api.chat.test", "10.0.0.1"),
  address("few.chat.test", "", { ResourceRecords: many.slice(0, 40) }),
  address("many.chat.test", "", { ResourceRecords: many }),
  { Name: "t.chat.test", Type: "TXT", TTL: 1, ResourceRecords: [{ Value: '"a \\"b\\" \\344" "c"' }] },
]);
const answer: AnswerQuestion = (name, type) => evaluate(facts, name, type);

const query = (name: string, more: dnsPacket.Packet = {}, type: dnsPacket.RecordType = "A") =>
  dnsPacket.encode({ type: "query", id: 7, questions: [{ type, name, class: "IN" }], ...more });
const edns = (udpPayloadSize: number, more: object = {}) =>
  ({
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
        ...more,
      },
    ],
  }) as dnsPacket.Packet;

/** The response as a resolver reads it, with its numeric rcode. */
function ask(bytes: Buffer, transport: "udp" | "tcp" = "udp") {
  const response = respond(bytes, transport, answer);
  if (!response) throw new Error("no response");
  return {
    ...dnsPacket.decode(response.bytes),
    code: response.bytes.readUInt16BE(2) & 0xf,
    size: response.bytes.length,
  };
}

test("an answer repeats id, question and the wish for recursion, and is authoritative", () => {
  const asked = query("aPI.chat.test", { flags: dnsPacket.RECURSION_DESIRED });
  expect(ask(asked)).toMatchObject({
    id: 7,
    type: "response",
    flag_aa: true,
    flag_rd: true,
    flag_ra: false,
    flag_tc: false,
    code: 0,
    questions: [{ name: "aPI.chat.test", type: "A", class: "IN" }],
    answers: [{ name: "aPI.chat.test", type: "A", ttl: 60, class: "IN", data: "10.0.0.1" }],
    additionals: [],
  });
});

describe("size of UDP answers", () => {
  test.each([
    { name: "few.chat.test", size: undefined, transport: "udp", truncated: true, most: 512 },
    { name: "few.chat.test", size: 4096, transport: "udp", truncated: false, most: 1232 },
    // 100 records are more than 1,232 bytes, however much the client would take.
    { name: "many.chat.test", size: 4096, transport: "udp", truncated: true, most: 1232 },
    { name: "api.chat.test", size: 0, transport: "udp", truncated: false, most: 512 },
    { name: "many.chat.test", size: undefined, transport: "tcp", truncated: false, most: 65_535 },
  ] as const)(
    "$name by $transport with EDNS size $size: TC $truncated",
    ({ name, size, transport, truncated, most }) => {
      const response = ask(query(name, size === undefined ? {} : edns(size)), transport);
      expect(response.flag_tc).toBe(truncated);
      expect(response.answers?.length === 0).toBe(truncated);
      expect(response.size).toBeLessThanOrEqual(most);
      expect(response.additionals?.length).toBe(size === undefined ? 0 : 1);
    },
  );
});

test("character-strings keep quotes and bytes beyond ASCII", () => {
  expect(ask(query("t.chat.test", {}, "TXT")).answers).toMatchObject([
    { data: [Buffer.from('a "b" \xe4', "latin1"), Buffer.from("c")] },
  ]);
});

describe("what is not a plain question", () => {
  const twice = { questions: [1, 2].map(() => ({ type: "A" as const, name: "api.chat.test" })) };
  test.each([
    { what: "another opcode: NOTIMP", bytes: query("api.chat.test", { flags: 2 << 11 }), code: 4 },
    { what: "two questions: FORMERR", bytes: query("", twice), code: 1 },
    { what: "no question: FORMERR", bytes: query("", { questions: [] }), code: 1 },
    { what: "a cut message: FORMERR", bytes: query("api.chat.test").subarray(0, 20), code: 1 },
    {
      what: "two OPT records: FORMERR",
      bytes: query("api.chat.test", {
        additionals: [...(edns(512).additionals ?? []), ...(edns(512).additionals ?? [])],
      }),
      code: 1,
    },
    { what: "a zone transfer: REFUSED", bytes: query("chat.test", {}, "AXFR"), code: 5 },
    {
      what: "class CHAOS: REFUSED",
      bytes: query("", { questions: [{ type: "TXT", name: "version.bind", class: "CH" }] }),
      code: 5,
    },
  ])("$what", ({ bytes, code }) => {
    expect(ask(bytes)).toMatchObject({ id: 7, code, answers: [] });
  });

  test("a question that points elsewhere for its name: FORMERR", () => {
    // Padding, so that a pointer taken for a length would end inside the message.
    const plain = query("", edns(1232, { options: [{ code: "PADDING", length: 300 }] }));
    const [header, rest] = [plain.subarray(0, 12), plain.subarray(12 + 5)];
    const pointing = Buffer.concat([header, Buffer.from([0xc0, 0x04, 0, 1, 0, 1]), rest]);
    expect(ask(pointing)).toMatchObject({ code: 1, answers: [] });
  });

  test("a later version of EDNS: BADVERS", () => {
    const response = ask(query("api.chat.test", edns(1232, { ednsVersion: 1 })));
    expect(response).toMatchObject({
      code: 0,
      answers: [],
      additionals: [{ extendedRcode: 1, ednsVersion: 0 }],
    });
  });

  test("a response, or less than a header, is not responded to", () => {
    expect(respond(dnsPacket.encode({ type: "response", id: 1 }), "udp", answer)).toBeUndefined();
    expect(respond(Buffer.alloc(11), "udp", answer)).toBeUndefined();
  });

  test("a defect in answering is SERVFAIL and says why in the log", () => {
    const broken = respond(query("api.chat.test"), "udp", () => {
      throw new Error("defect");
    });
    expect(broken).toMatchObject({ rcode: "SERVFAIL", reply: { note: expect.stringContaining("defect") } });
  });

  test("a label with a dot in it is not mistaken for two labels", () => {
    const bytes = query("api.chat.test");
    const dotted = Buffer.concat([bytes.subarray(0, 12), Buffer.from("\x08api.chat\x04test\0\0\x01\0\x01")]);
    const response = respond(dotted, "udp", answer);
    expect(response?.rcode).toBe("REFUSED");
    expect(response?.bytes.subarray(12)).toEqual(dotted.subarray(12));
  });
});

describe("any bytes from the network", () => {
  const decodable = (bytes: Buffer) => {
    const response = respond(bytes, "udp", answer);
    if (!response) return;
    expect(response.bytes.length).toBeLessThanOrEqual(1232);
    expect(response.bytes.readUInt16BE(0)).toBe(bytes.readUInt16BE(0));
    expect(() => dnsPacket.decode(response.bytes)).not.toThrow();
  };

  test("are dropped or answered with a message that can be read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => decodable(Buffer.from(bytes))),
      { numRuns: 3_000 },
    );
  });

  test("also when they are a query with some bytes changed or cut", () => {
    const valid = [
      query("api.chat.test", edns(1232)),
      query("few.chat.test"),
      query("x.y.chat.test", edns(4096, { flag_do: true })),
    ];
    const damage = fc.record({
      from: fc.constantFrom(...valid),
      changes: fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 6 }),
      cut: fc.nat({ max: 70 }),
    });
    fc.assert(
      fc.property(damage, ({ from, changes, cut }) => {
        const bytes = Buffer.from(from);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        decodable(bytes.subarray(0, Math.max(12, bytes.length - (cut > 50 ? cut - 50 : 0))));
      }),
      { numRuns: 5_000 },
    );
  });
});
