import { randomUUID } from "node:crypto";

/** What the gate answers by itself instead of forwarding. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** AWS's error code, for example `InvalidIdentityToken`. */
    readonly code: string,
    message: string,
    /** Further elements of S3's error document, for example `Region`. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** An answer ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const escaped: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const xml = (text: string) => text.replace(/[&<>"]/g, (character) => escaped[character] ?? character);

/** Puts a refusal into the error format of the service's protocol: S3's XML, JSON, or the query protocol's XML. */
export function answerOf(refusal: Refusal, service: string, json: boolean): Answer {
  const requestId = randomUUID();
  const { status, code, message } = refusal;
  if (service === "s3") {
    const fields = Object.entries(refusal.fields)
      .map(([name, value]) => `<${name}>${xml(value)}</${name}>`)
      .join("");
    return {
      status,
      headers: { "content-type": "application/xml", "x-amz-request-id": requestId },
      body:
        '<?xml version="1.0" encoding="UTF-8"?>\n' +
        `<Error><Code>${code}</Code><Message>${xml(message)}</Message>${fields}` +
        `<RequestId>${requestId}</RequestId></Error>`,
    };
  }
  if (json) {
    return {
      status,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-errortype": code,
        "x-amzn-requestid": requestId,
      },
      body: JSON.stringify({ __type: code, message }),
    };
  }
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body:
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${xml(message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}
