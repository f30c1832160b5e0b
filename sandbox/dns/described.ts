import type { Response } from "./packet.js";

/** What a response says, for one line of the log: question, code, answers in reading form, and why. */
export function described(response: Response | undefined): Readonly<Record<string, unknown>> {
  if (!response) return { rcode: "dropped" };
  const { name, type, rcode, truncated, reply } = response;
  return {
    name,
    type,
    rcode,
    answers: reply?.answers.map((record) => ({
      type: record.type,
      ...("ttl" in record && { ttl: record.ttl }),
      ...("data" in record && { data: readable(record.data) }),
    })),
    ...(truncated && { truncated }),
    ...(reply?.note && { note: reply.note }),
  };
}

/** Character-strings as text; the rest is JSON already. */
function readable(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(readable);
  return Buffer.isBuffer(data) ? data.toString("latin1") : data;
}
