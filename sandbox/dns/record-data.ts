import { isIPv4, isIPv6 } from "node:net";

import type { Answer, RecordType } from "dns-packet";

import { normalName } from "./names.js";

/** Data of one record without owner and TTL, as dns-packet encodes it. */
export type RecordData = Pick<Extract<Answer, { data: unknown }>, "type" | "data">;

/**
 * Reads one value as Route 53's API writes it, for example `10 mail.example.com` of an MX record.
 *
 * @throws Error naming type, value and rule when the value is malformed or the type is not served here.
 */
export function parseRecordData(type: RecordType, value: string): RecordData {
  const read = readers[type];
  const given = `${type} record value ${JSON.stringify(value)}`;
  if (!read) throw new Error(`${given} has a type that this server does not serve`);
  try {
    return { type, data: read(value.trim()) } as RecordData;
  } catch (error) {
    throw new Error(`${given}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const readers: Partial<Record<RecordType, (value: string) => unknown>> = {
  A: (value) => must(isIPv4(value), "must be an IPv4 address", value),
  AAAA: (value) => must(isIPv6(value), "must be an IPv6 address", value),
  CNAME: host,
  NS: host,
  PTR: host,
  MX: (value) => {
    const [preference, exchange] = fields(value, "preference exchange");
    return { preference: integer(preference, 0xffff), exchange: host(exchange) };
  },
  SRV: (value) => {
    const [priority, weight, port, target] = fields(value, "priority weight port target");
    return {
      priority: integer(priority, 0xffff),
      weight: integer(weight, 0xffff),
      port: integer(port, 0xffff),
      target: host(target),
    };
  },
  SOA: (value) => {
    const [mname, rname, ...times] = fields(value, "mname rname serial refresh retry expire minimum");
    const [serial, refresh, retry, expire, minimum] = times.map((time) => integer(time, 0xffff_ffff));
    return { mname: host(mname), rname: host(rname), serial, refresh, retry, expire, minimum };
  },
  TXT: (value) => {
    const quoted = /"((?:[^"\\]|\\.)*)"/g;
    const strings = [...value.matchAll(quoted)].map(([, text = ""]) => unescaped(text));
    const whole = value.replace(quoted, "").trim() === "" && strings.length > 0;
    const short = strings.every((text) => text.length <= 255);
    return must(whole && short, "must be strings in quotes of 255 bytes at most", strings);
  },
  CAA: (value) => {
    const [, flags = "", tag, text] = /^(\d{1,3}) (issue|issuewild|iodef) "([^"]*)"$/.exec(value) ?? [];
    return must(tag !== undefined, 'must be flags, tag and "value"', {
      flags: tag && integer(flags, 255),
      tag,
      value: text,
    });
  },
};

function must<T>(holds: boolean, rule: string, value: T): T {
  if (!holds) throw new Error(rule);
  return value;
}

/** A TXT character-string's bytes: `\"`, `\\` and `\ooo` (octal) stand for one byte. */
function unescaped(text: string): Buffer {
  const plain = text.replace(/\\([0-3][0-7]{2}|.)/g, (_escape, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
  return Buffer.from(plain, "latin1");
}

/** @param names of the fields, separated by spaces. */
function fields(value: string, names: string): string[] {
  const found = value.split(/\s+/);
  return must(found.length === names.split(" ").length, `must be: ${names}`, found);
}

function host(value = ""): string {
  const name = normalName(value);
  const labels = name.split(".");
  const valid = name.length <= 253 && labels.every((label) => label.length > 0 && label.length <= 63);
  return must(valid && /^[\x21-\x7e]+$/.test(name), "must be a domain name", name);
}

function integer(text = "", max: number): number {
  return must(/^\d+$/.test(text) && Number(text) <= max, `must have integers from 0 to ${max}`, Number(text));
}
