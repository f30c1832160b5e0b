import type * as wire from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";

import { differences } from "./difference.js";
import { struct } from "./failure.js";
import { parsePath } from "./path.js";
import type { Change, CheckAnswer, DiffAnswer, Failure } from "./program.js";
import type { Values } from "./values.js";
import { type Secrets, send } from "./wire.js";

/** A protobuf Struct, of which only the reading is needed. */
export interface StructLike {
  toJavaScript(): unknown;
}

/** Completed inputs and what is wrong with them, for the engine. */
export function checkAnswer({ inputs, failures = [] }: CheckAnswer, secrets: Secrets): wire.CheckResponse {
  const answer = new messages.CheckResponse();
  answer.setInputs(struct(send(inputs, secrets)));
  for (const failure of failures) answer.addFailures(checkFailure(failure, secrets));
  return answer;
}

/**
 * One thing that is wrong, without secrets. The path goes into the text: the engine would print the value
 * beside a property of its own, secret or not, and knows no paths.
 */
export function checkFailure({ property, reason }: Failure, secrets: Secrets): wire.CheckFailure {
  const failure = new messages.CheckFailure();
  failure.setReason(secrets.redact(property === "" ? reason : `${property} ${reason}`));
  return failure;
}

/** What a change means, for the engine. */
export function diffAnswer({ changes, replaces = [], deleteBeforeReplace }: DiffAnswer): wire.DiffResponse {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;
  const kinds: Record<Change, readonly [wire.PropertyDiff.Kind, wire.PropertyDiff.Kind]> = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  };
  const answer = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const paths = Object.keys(changes);
  answer.setChanges(paths.length > 0 ? DIFF_SOME : DIFF_NONE);
  answer.setDiffsList([...new Set(paths.map((path) => String(parsePath(path)[0] ?? path)))]);
  answer.setReplacesList([...replaces]);
  answer.setDeletebeforereplace(deleteBeforeReplace ?? false);
  answer.setHasdetaileddiff(true);
  for (const [path, change] of Object.entries(changes)) {
    const detail = new messages.PropertyDiff();
    detail.setKind(kinds[change][replaces.includes(path) ? 1 : 0]);
    detail.setInputdiff(true);
    answer.getDetaileddiffMap().set(path, detail);
  }
  return answer;
}

/** Provider arguments as they are, with what is wrong with them. */
export function configAnswer(
  failures: readonly Failure[],
  news: Values,
  secrets: Secrets,
): wire.CheckResponse {
  return checkAnswer({ inputs: news, failures }, secrets);
}

/** Changed provider arguments change how resources are reached, never which resources there are. */
export function configDiffAnswer(olds: Values, news: Values): wire.DiffResponse {
  return diffAnswer({ changes: differences(olds, news) });
}
