import { closeSync, openSync, writeSync } from "node:fs";

/** One call to a gate, as its log holds it. */
export interface CallRecord {
  /** When the call arrived, ISO 8601. */
  readonly time: string;
  /** Region of the gate that was called. */
  readonly region: string;
  /** ARN of the caller as AWS would name it; absent for unsigned calls and for what the gate itself refused. */
  readonly principal?: string;
  /** Access key id the call was signed with; never its secret. */
  readonly accessKeyId?: string;
  readonly service: string;
  /** For example `s3:PutObject`. */
  readonly action: string;
  readonly resource?: string;
  /** HTTP status; 0 when the client went away before an answer. */
  readonly status: number;
  /** AWS's error code, when the gate itself refused. */
  readonly error?: string;
  /** From the call's arrival to the end of the answer, in milliseconds. */
  readonly ms: number;
  /** Address the call came from. */
  readonly source: string;
  /** Set when another region's gate forwarded the call. */
  readonly forwardedFrom?: string;
}

/** Appends calls to a file, one JSON object a line. */
export interface CallLog {
  write(record: CallRecord): void;
  close(): void;
}

/** Opens a call log. Lines are written at once: a gate ends by SIGKILL, and what it did has to be readable then. */
export function openCallLog(file: string): CallLog {
  const descriptor = openSync(file, "a", 0o600);
  return {
    write: (record) => {
      writeSync(descriptor, `${JSON.stringify(record)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
