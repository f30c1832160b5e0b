import type { Value, Values } from "../protocol/index.js";
import type { Aws } from "./aws.js";
import type { Rule } from "./check/rules.js";
import type { Plain } from "./plain.js";
import type { ResourceToken } from "./tokens.js";

/** How a resource is named when the program doesn't say. */
interface Autoname<Args> {
  /** The property that holds the name. */
  readonly property: keyof Args & string;
  /** Longest name that AWS takes. */
  readonly maxLength: number;
  /** @default false */
  readonly lowercase?: boolean;
  /** Put before the name, for example `alias/`. */
  readonly prefix?: string;
  /**
   * Whether seven random characters follow, so that a replacement can stand beside its predecessor.
   * @default true
   */
  readonly random?: boolean;
}

/**
 * One resource type of AWS: what the real provider refuses and what it does.
 *
 * `create` and `update` only write; what is then stored in Pulumi's state is what `read` finds, so a property
 * that was accepted but not kept shows up as a difference at once.
 */
export interface ResourceType<Args, State> {
  readonly token: ResourceToken;
  /** Inputs that can't be changed in place. */
  readonly replaceOn: readonly (keyof Args & string)[];
  /**
   * Whether AWS can't hold the old and the new one side by side.
   * @default false
   */
  readonly deleteBeforeReplace?: boolean;
  /** Inputs that the official package has and this provider does not: refused when given. */
  readonly unsupported?: readonly (keyof Args & string)[];
  /** Inputs that can't be read back from AWS; they stay as they were given. */
  readonly writeOnly?: readonly (keyof Args & string)[];
  /** What an input left out amounts to. */
  readonly defaults?: Partial<Plain<Args>>;
  /**
   * Inputs that AWS itself fills in when they are left out. Their live value is an output; left out, they
   * never differ.
   */
  readonly computed?: readonly (keyof Args & string)[];
  readonly autoname?: Autoname<Args>;
  /** Enums, ranges and formats beyond names and types. */
  readonly rules: readonly Rule[];
  /** Inputs whose output is always as AWS spells it, even where the program spells it otherwise. */
  readonly liveSpelling?: readonly (keyof Args & string)[];
  /** Brings an input into a form in which equal meaning is equal text. */
  readonly canonical?: { readonly [Key in keyof Args]?: (value: Value) => Value };
  /**
   * Makes it and resolves to its id.
   *
   * @param note to be told the id as soon as there is one, where more calls follow: should one of them fail, the
   *   resource is still not lost
   */
  create(aws: Aws, inputs: Plain<Args>, note: (id: string) => void): Promise<string>;
  /** The live state, or undefined when it is gone. `known` is what the state held before; empty on import. */
  read(aws: Aws, id: string, known: Plain<State>): Promise<Plain<State> | undefined>;
  /** Brings it from `old` to `inputs`; `changed` holds the names of the inputs that differ. */
  update(aws: Aws, change: ResourceChange<Args>): Promise<void>;
  /** Removes it; one that is already gone is no error. */
  delete(aws: Aws, id: string, state: Plain<State>): Promise<void>;
}

/** What {@link ResourceType.update} is to do. */
interface ResourceChange<Args> {
  readonly id: string;
  readonly inputs: Plain<Args>;
  readonly old: Plain<Args>;
  readonly changed: ReadonlySet<string>;
}

/** A resource type whose `Args` and `State` only it knows; inputs that passed `check` fit them. */
export type AnyResource = Omit<ResourceType<Values, Values>, "canonical" | "defaults"> & {
  readonly defaults?: Values;
  readonly canonical?: Readonly<Record<string, (value: Value) => Value>>;
};
