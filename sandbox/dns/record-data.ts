import { isIPv4, isIPv6 } from "node:net";

import type { Answer, RecordType } from "dns-packet";

import { normalName } from "./names.js";

/** Data of one record without owner and TTL, as dns-packet encodes it. */
export type RecordData = Pick<Extract<Answer, { data: unknown }>, "type" | "data">;

/**
 * Reads one value as Route 53's API writes it, for example `10 mail.example.com` of an MX record.
 *
 * @throws Error naming type and value when the value is malformed or the type is not served here.
 */
export function parseRecordData(type: RecordType, value: string): RecordData {
  const read = readers[type];
  const data = read?.(value.trim());
  if (data === undefined) {
    const why = read ? "is malformed" : "has a type that this server does not serve";
    throw new Error(`${type} record value ${JSON.stringify(value)} ${why}`);
  }
  return { type, data } as RecordData;
}

type Reader = (value: string) => unknown;

const readers: Partial<Record<RecordType, Reader>> = {
  A: (value) => (isIPv4(value) ? value : undefined),
  AAAA: (value) => (isIPv6(value) ? value : undefined),
  CNAME: host,
  NS: host,
  PTR: host,
  MX: (value) => {
    const [preference, exchange] = fields(value, 2);
    return exchange && { preference: uint16(preference), exchange: host(exchange) };
  },
  SRV: (value) => {
    const [priority, weight, port, target] = fields(value, 4);
    return (
      target && {
        priority: uint16(priority),
        weight: uint16(weight),
        port: uint16(port),
        target: host(target),
      }
    );
  },
  SOA: (value) => {
    const [mname, rname, ...timers] = fields(value, 7);
    const [serial, refresh, retry, expire, minimum] = timers.map((timer) => integer(timer, 0xffff_ffff));
    return (
      mname && rname && { mname: host(mname), rname: host(rname), serial, refresh, retry, expire, minimum }
    );
  },
  TXT: (value) => {
    const strings = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => unescaped(text));
    const whole = value.replace(/"((?:[^"\\]|\\.)*)"/g, "").trim() === "";
    return whole && strings.length > 0 && strings.every((text) => text.length <= 255) ? strings : undefined;
  },
  CAA: (value) => {
    const match = /^(\d{1,3}) (issue|issuewild|iodef) "([^"]*)"$/.exec(value);
    return match && { flags: integer(match[1], 255), tag: match[2], value: match[3] };
  },
};

/** A TXT character-string's bytes: `\"`, `\\` and `\ooo` (octal) stand for one byte. */
function unescaped(text: string): Buffer {
  const plain = text.replace(/\\([0-3][0-7]{2}|.)/g, (_escape, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
  return Buffer.from(plain, "latin1");
}

function fields(value: string, count: number): string[] {
  const found = value.split(/\s+/);
  return found.length === count ? found : [];
}

function host(value: string): string | undefined {
  const name = normalName(value);
  const labels = name.split(".");
  const valid = name.length <= 253 && labels.every((label) => label.length > 0 && label.length <= 63);
  return valid && !/\s/.test(name) ? name : undefined;
}

const uint16 = (text: string | undefined) => integer(text, 0xffff);

/** @throws Error outside 0..max; `parseRecordData`'s caller names the value. */
function integer(text: string | undefined, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text ?? "") || number > max) {
    throw new Error(`number "${text}" is not an integer from 0 to ${max}`);
  }
  return number;
}
