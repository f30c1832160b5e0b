import type { Value, Values } from "./values.js";
import type { Outgoing } from "./wire.js";

/** What goes wrong with one property of a resource or of a provider's arguments. */
export interface Failure {
  /** Path of the property as Pulumi writes it, for example `spec.containers[0].image`. */
  readonly property: string;
  /** Read after the property: `must be a text, got a number`. What was given, what is right; never a secret. */
  readonly reason: string;
}

/** How a provider tells what it is waiting for. */
export interface Log {
  /** Shown on the resource's own line while it is being worked on; gone afterwards. */
  status(text: string): void;
  /** Kept among the update's messages. */
  info(text: string): void;
  /** Kept among the update's messages, as a warning. */
  warning(text: string): void;
}

/** What every request about a resource carries. */
export interface ResourceRequest {
  readonly urn: string;
  /** Type token, for example `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Name in the Pulumi program. */
  readonly name: string;
  readonly log: Log;
  /** Aborted when the user cancels the update. */
  readonly signal: AbortSignal;
}

/** How a resource may be named when its inputs don't say. */
export interface Autonaming {
  /** Name that Pulumi's configuration proposes; empty with mode `disable`. */
  readonly proposed: string;
  /** `propose`: may be adapted; `enforce`: to be taken as it is; `disable`: the inputs have to name it. */
  readonly mode: "propose" | "enforce" | "disable";
}

/** Asks for a resource's inputs to be completed and judged. */
export interface CheckRequest extends ResourceRequest {
  readonly news: Values;
  /** Inputs of the last update; empty when the resource is new. */
  readonly olds: Values;
  /** Same for the same resource in preview and update; feeds automatic names. */
  readonly seed: Uint8Array;
  /** Present only when Pulumi's configuration says something about names. */
  readonly autonaming?: Autonaming;
}

/** A resource's complete inputs, and what is wrong with them. */
export interface CheckAnswer {
  readonly inputs: Outgoing;
  readonly failures?: readonly Failure[];
}

/** Asks what changing a resource to new inputs would mean. */
export interface DiffRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldState: Values;
  readonly news: Values;
  /** Property paths whose changes the program wants ignored; the engine already put their old values back. */
  readonly ignoreChanges: readonly string[];
}

/** How one property changes. */
export type Change = "add" | "delete" | "update";

/** What changing a resource would mean. */
export interface DiffAnswer {
  /** Changed properties by path as Pulumi writes it; none means that nothing changes. */
  readonly changes: Readonly<Record<string, Change>>;
  /** Paths among them that can't be changed in place. */
  readonly replaces?: readonly string[];
  /**
   * Whether the old resource has to go before its replacement comes.
   * @default false
   */
  readonly deleteBeforeReplace?: boolean;
}

/** Asks for a resource to be made, or in a preview what it would be. */
export interface CreateRequest extends ResourceRequest {
  readonly inputs: Values;
  /** True in a preview: nothing may be changed, inputs may hold unknowns. */
  readonly preview: boolean;
  /** Limit that the program set, in seconds; undefined when it set none. */
  readonly timeoutSeconds?: number;
}

/** Asks for a resource to be changed, or in a preview what it would become. */
export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldState: Values;
  /** Property paths that others may change; the engine already put their old values back. */
  readonly ignoreChanges: readonly string[];
}

/** Asks how a resource stands now: for `refresh`, for an import (empty inputs and state) and for `get`. */
export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: Values;
  readonly state: Values;
}

/** A resource as it stands. */
export interface ReadAnswer {
  readonly id: string;
  readonly state: Outgoing;
  /** Inputs that would make the resource what it is now; what differs from the old ones is drift. */
  readonly inputs: Outgoing;
}

/** Asks for a resource to be gone. */
export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: Values;
  readonly state: Values;
  readonly timeoutSeconds?: number;
}

/** Asks a provider's function. */
export interface InvokeRequest {
  /** Token of the function, for example `aws:index/getRegion:getRegion`. */
  readonly token: string;
  readonly args: Values;
  readonly signal: AbortSignal;
}

/** Provider arguments to be judged before anything is asked of the provider. */
export interface ConfigRequest {
  readonly news: Values;
  readonly olds: Values;
}

/**
 * A resource provider, as its author sees it. Secrets arrive unwrapped and leave marked again; what is
 * thrown reaches the user as its message alone, without secrets and without a stack.
 */
export interface ProviderProgram {
  /** Package, for example `kubernetes`. */
  readonly name: string;
  /** Version of the package that it stands for. */
  readonly version: string;
  /** Judges provider arguments. Arguments other than texts arrive as JSON texts. */
  checkConfig(request: ConfigRequest): Promise<readonly Failure[]>;
  /** Called once, before any resource. Never called while an argument is unknown. */
  configure(args: Values): Promise<void>;
  check(request: CheckRequest): Promise<CheckAnswer>;
  diff(request: DiffRequest): Promise<DiffAnswer>;
  /**
   * Makes the resource.
   * @throws {PartialFailure} when it exists but isn't what was asked for, so that it isn't lost
   */
  create(request: CreateRequest): Promise<{ readonly id: string; readonly state: Outgoing }>;
  /**
   * Changes the resource in place.
   * @throws {PartialFailure} when only part of the change was made
   */
  update(request: UpdateRequest): Promise<{ readonly state: Outgoing }>;
  /** Resolves null when the resource is gone. */
  read(request: ReadRequest): Promise<ReadAnswer | null>;
  /** Resolves once the resource is gone; one that already is, is no error. */
  delete(request: DeleteRequest): Promise<void>;
  invoke(
    request: InvokeRequest,
  ): Promise<{ readonly result: Outgoing; readonly failures?: readonly Failure[] }>;
}

/** A resource exists, but isn't what was asked for: the engine keeps it and tries again next time. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  /**
   * @param id of the resource
   * @param state as it stands
   * @param reasons what failed, one a line
   * @param inputs that it was made with
   */
  constructor(
    readonly id: string,
    readonly state: Outgoing,
    readonly reasons: readonly string[],
    readonly inputs: Value,
  ) {
    super(reasons.join("\n"));
  }
}
