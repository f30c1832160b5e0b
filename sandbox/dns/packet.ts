import type { DecodedPacket, OptAnswer, RecordType } from "dns-packet";
import * as dnsPacket from "dns-packet";

import type { Reply } from "./evaluate.js";

/** Bytes of a UDP answer to a client that says nothing about its size. */
const UDP_PLAIN = 512;
/** Most bytes of any UDP answer: fits an Ethernet frame with room for tunnels, so it is never fragmented. */
const UDP_MOST = 1_232;
const HEADER_BYTES = 12;

/** Codes of RFC 1035 and RFC 6891 that this server answers with. */
const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
type Rcode = keyof typeof rcodes;

/** Finds the reply to one question. */
export type AnswerQuestion = (name: string, type: RecordType | "ANY") => Reply;

/** A response and what it says, for the log. */
export interface Response {
  readonly bytes: Buffer;
  readonly rcode: Rcode;
  readonly truncated: boolean;
  readonly name?: string;
  readonly type?: string;
  readonly reply?: Reply;
}

/**
 * Responds to one message from the network; undefined for what must not be responded to: a response (two
 * servers would answer each other for ever) or less than a header. Never throws, whatever the bytes.
 */
export function respond(
  query: Buffer,
  transport: "udp" | "tcp",
  answer: AnswerQuestion,
): Response | undefined {
  if (query.length < HEADER_BYTES || ((query[2] ?? 0) & 0x80) !== 0) return undefined;
  const question = questionOf(query);
  let decoded: DecodedPacket;
  try {
    decoded = dnsPacket.decode(query);
  } catch {
    // A message that can't be read is the sender's fault, and RFC 1035 has a code for it.
    return bare(query, "FORMERR");
  }
  if ((((query[2] ?? 0) >> 3) & 0xf) !== 0) return bare(query, "NOTIMP");
  const options = (decoded.additionals ?? []).filter((record): record is OptAnswer => record.type === "OPT");
  if (!question || decoded.questions?.length !== 1 || options.length > 1) return bare(query, "FORMERR");
  const [asked] = decoded.questions;
  const option = options[0];
  const context = { query, question, transport, option };
  const { name = "", type = "A" } = asked ?? {};
  try {
    if (option && option.ednsVersion > 0) return { ...build(context, "BADVERS"), name, type };
    if (!question.plain || !["IN", "ANY"].includes(asked?.class ?? "IN") || ["AXFR", "IXFR"].includes(type)) {
      return { ...build(context, "REFUSED"), name, type };
    }
    const reply = answer(name, type);
    return { ...build(context, reply.rcode, reply), name, type, reply };
  } catch (error) {
    const note = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const reply: Reply = {
      rcode: "SERVFAIL",
      authoritative: false,
      answers: [],
      authorities: [],
      additionals: [],
      note,
    };
    return { ...build(context, "SERVFAIL"), name, type, reply };
  }
}

interface Question {
  readonly bytes: Buffer;
  /** Whether every label is printable ASCII without dots, so that its text stands for it. */
  readonly plain: boolean;
}

/** The first question's bytes, to be repeated as they came: spelling, odd labels and all. */
function questionOf(query: Buffer): Question | undefined {
  let offset = HEADER_BYTES;
  let plain = true;
  for (;;) {
    const length = query[offset];
    // A question is the first name of a message: it has nothing to point back to.
    if (length === undefined || length > 63) return undefined;
    offset += 1;
    if (length === 0) break;
    const label = query.subarray(offset, offset + length);
    plain &&= label.every((byte) => byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c);
    offset += length;
  }
  return offset + 4 <= query.length ? { bytes: query.subarray(HEADER_BYTES, offset + 4), plain } : undefined;
}

interface Context {
  readonly query: Buffer;
  readonly question: Question;
  readonly transport: "udp" | "tcp";
  readonly option: OptAnswer | undefined;
}

function build(
  context: Context,
  rcode: Rcode,
  reply?: Reply,
): Pick<Response, "bytes" | "rcode" | "truncated"> {
  const { transport, option } = context;
  const asked = option ? Math.max(UDP_PLAIN, Math.min(UDP_MOST, option.udpPayloadSize)) : UDP_PLAIN;
  const limit = transport === "udp" ? asked : 65_535;
  const whole = message(context, rcode, reply, false);
  const truncated = whole.length > limit;
  const bytes = truncated ? message(context, rcode, undefined, true) : whole;
  return { bytes, rcode, truncated };
}

function message(
  { query, question, option }: Context,
  rcode: Rcode,
  reply: Reply | undefined,
  truncated: boolean,
) {
  const code = rcodes[rcode];
  const edns: OptAnswer = {
    type: "OPT",
    name: ".",
    udpPayloadSize: UDP_MOST,
    extendedRcode: code >> 4,
    ednsVersion: 0,
    flags: option?.flag_do ? dnsPacket.DNSSEC_OK : 0,
    flag_do: option?.flag_do ?? false,
    options: [],
  };
  const records = dnsPacket.encode({
    type: "response",
    id: query.readUInt16BE(0),
    flags:
      (code & 0xf) |
      (query.readUInt16BE(2) & dnsPacket.RECURSION_DESIRED) |
      (reply?.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0) |
      (truncated ? dnsPacket.TRUNCATED_RESPONSE : 0),
    questions: [],
    answers: [...(reply?.answers ?? [])],
    authorities: [...(reply?.authorities ?? [])],
    additionals: [...(reply?.additionals ?? []), ...(option ? [edns] : [])],
  });
  // dns-packet compresses no names, so bytes can be put in between without breaking a pointer.
  records.writeUInt16BE(1, 4);
  return Buffer.concat([records.subarray(0, HEADER_BYTES), question.bytes, records.subarray(HEADER_BYTES)]);
}

/** A header alone. */
function bare(query: Buffer, rcode: Rcode): Response {
  const bytes = Buffer.alloc(HEADER_BYTES);
  query.copy(bytes, 0, 0, 2);
  bytes.writeUInt16BE(0x8000 | (query.readUInt16BE(2) & 0x7900) | rcodes[rcode], 2);
  return { bytes, rcode, truncated: false };
}
