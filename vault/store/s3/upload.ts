import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

import { VaultError } from "../../errors.js";
import type { Uploaded, UploadOptions } from "../store.js";
import type { S3Bucket } from "./client.js";
import { failed, isTaken } from "./errors.js";
import { blocks, partBytes } from "./parts.js";
import { liesThere, mayBeDone, type Sent } from "./recognise.js";
import { findUnfinished, type StoredPart } from "./unfinished.js";

/** Parts on the way at a time; with the one that fills, three are held in memory. */
const parallel = 2;

/**
 * Bytes a millisecond at which a store at least puts an upload's parts together. AWS answers at once and keeps the connection
 * alive; a gateway onto a disk copies all of them and says nothing meanwhile. Asked again before it is done, it fails.
 */
const slowestAssembly = 10_000;

/** What is sent along, and back, to be compared. */
interface Part {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumSHA256: string;
}

const sha256 = (body: Uint8Array) => createHash("sha256").update(body).digest();

/**
 * Streams an object into a bucket.
 *
 * Every part carries its SHA-256, and the end carries that of the whole as S3 counts it (the hash of the parts'
 * hashes), compared on both sides: nothing is stored that was not sent. Whatever was done although its answer was lost is
 * recognised by size and checksum.
 *
 * @throws VaultError when the key is taken, or the store fails; the upload is aborted then, unless it is resumable
 */
export async function uploadObject(
  at: S3Bucket,
  key: string,
  source: AsyncIterable<Uint8Array>,
  options: UploadOptions = {},
): Promise<Uploaded> {
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      options.signal?.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  };
  const parts = blocks(counted(), partBytes(options.expectedBytes))[Symbol.asyncIterator]();
  const sent = (): Sent => ({ bytes, sha256: hash.copy().digest("hex") });
  const done = (resumedParts: number): Uploaded => ({ key, ...sent(), resumedParts });
  const first = await parts.next();
  const second = first.done ? first : await parts.next();
  if (second.done) {
    const body = first.value ?? new Uint8Array();
    try {
      await putWhole(at, key, body, options);
    } catch (error) {
      const { cause } = error as VaultError;
      const ours = mayBeDone(cause) && !options.signal?.aborted && (await liesThere(at, key, sent()));
      if (!ours) throw error;
    }
    return done(0);
  }
  return done(await inParts(at, key, [first.value as Uint8Array, second.value], parts, sent, options));
}

const condition = ({ createOnly = true }: UploadOptions) => (createOnly ? { IfNoneMatch: "*" } : {});

/** Writes a small object in one request. @throws VaultError */
export async function putWhole(
  { client, bucket, label }: S3Bucket,
  key: string,
  body: Uint8Array,
  options: UploadOptions,
): Promise<void> {
  try {
    const ChecksumSHA256 = sha256(body).toString("base64");
    const put = { Bucket: bucket, Key: key, Body: body, ChecksumSHA256, ...condition(options) };
    await client.send(new PutObjectCommand(put), abortable(options));
  } catch (error) {
    throw isTaken(error) ? taken(key, label, error) : failed("writing", key, label, error);
  }
}

async function inParts(
  at: S3Bucket,
  key: string,
  started: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  total: () => Sent,
  options: UploadOptions,
): Promise<number> {
  const { client, bucket, label } = at;
  const where = { Bucket: bucket, Key: key };
  const before = options.resume ? await findUnfinished(at, key) : undefined;
  const uploadId = before?.id ?? (await begin(at, key));
  const sent: Promise<Part>[] = [];
  let resumed = 0;
  let ending: string | undefined;
  const send = async (body: Uint8Array, PartNumber: number): Promise<Part> => {
    const ChecksumSHA256 = sha256(body).toString("base64");
    const there = before?.parts.get(PartNumber);
    if (there && isSame(there, body, ChecksumSHA256)) {
      resumed += 1;
      return { PartNumber, ETag: there.etag, ChecksumSHA256 };
    }
    const part = { ...where, UploadId: uploadId, PartNumber, Body: body, ChecksumSHA256 };
    const { ETag } = await client.send(new UploadPartCommand(part), abortable(options));
    return { PartNumber, ETag, ChecksumSHA256 };
  };
  try {
    const take = async (body: Uint8Array) => {
      const part = send(body, sent.length + 1);
      // Whatever fails is thrown where it is waited for.
      part.catch(() => undefined);
      sent.push(part);
      if (sent.length >= parallel) await sent[sent.length - parallel];
    };
    for (const body of started) await take(body);
    for (let next = await rest.next(); !next.done; next = await rest.next()) await take(next.value);
    const parts = await Promise.all(sent);
    const whole = `${sha256(Buffer.concat(parts.map((part) => Buffer.from(part.ChecksumSHA256, "base64")))).toString("base64")}-${parts.length}`;
    ending = whole;
    const complete = new CompleteMultipartUploadCommand({
      ...where,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
      ...condition(options),
    });
    const patient = at.patient(total().bytes / slowestAssembly);
    const { ChecksumSHA256 } = await patient
      .send(complete, abortable(options))
      .finally(() => patient.destroy());
    if (ChecksumSHA256 !== undefined && ChecksumSHA256 !== whole)
      throw new VaultError(
        `${key} at ${label} is not what was sent: its checksum is ${ChecksumSHA256}, not ${whole}`,
      );
    return resumed;
  } catch (error) {
    await Promise.allSettled(sent);
    const checksum = ending;
    const unanswered = mayBeDone(error) && !options.signal?.aborted;
    if (unanswered && checksum !== undefined && (await liesThere(at, key, { ...total(), checksum })))
      return resumed;
    // What can't be aborted now is found by `uploads` later; the first error is what counts.
    if (!options.resume)
      await client
        .send(new AbortMultipartUploadCommand({ ...where, UploadId: uploadId }))
        .catch(() => undefined);
    throw isTaken(error) ? taken(key, label, error) : failed("uploading", key, label, error);
  }
}

async function begin({ client, bucket, label }: S3Bucket, key: string): Promise<string> {
  try {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ChecksumAlgorithm: "SHA256" }),
    );
    if (UploadId) return UploadId;
  } catch (error) {
    throw failed("beginning the upload of", key, label, error);
  }
  throw new VaultError(`${label} began no upload of ${key}`);
}

function isSame(stored: StoredPart, body: Uint8Array, checksum: string): boolean {
  return stored.bytes === body.byteLength && stored.sha256 === checksum;
}

const taken = (key: string, label: string, cause: unknown) =>
  new VaultError(`${key} is there already at ${label}: nothing is overwritten`, undefined, { cause });

const abortable = ({ signal }: UploadOptions) => (signal ? { abortSignal: signal } : {});
