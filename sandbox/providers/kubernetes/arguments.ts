import { type Failure, isUnknown, type Value, type Values } from "../protocol/index.js";

/** How the provider reaches its cluster and behaves there. */
export interface Settings {
  /** Contents of a kubeconfig, or its path. @default the KUBECONFIG variable, then ~/.kube/config */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. @default its current context */
  readonly context?: string;
  /** Cluster of the kubeconfig. @default the context's cluster */
  readonly cluster?: string;
  /** Namespace of objects that name none. @default the context's namespace, then "default" */
  readonly namespace?: string;
  /** Whether data of ConfigMaps is changed in place. */
  readonly mutableConfigMaps: boolean;
  /** Whether data of Secrets is changed in place. */
  readonly mutableSecrets: boolean;
  /** Whether fields that others manage are taken over. */
  readonly force: boolean;
  /** Whether an object that already exists is taken over by its creation. */
  readonly upsert: boolean;
  /** Whether objects of a cluster that can't be reached count as deleted. */
  readonly deleteUnreachable: boolean;
  /** Whether the API server's deprecation warnings are kept from the user. */
  readonly quietDeprecations: boolean;
}

const texts = ["kubeconfig", "context", "cluster", "namespace"] as const;

/** Switches with the environment variable that sets each where the argument doesn't. */
const switches = {
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  suppressDeprecationWarnings: "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS",
} as const;
type Switch = keyof typeof switches;

/** Arguments that every provider has, handled by the engine. */
const engineOwned = new Set(["version", "pluginDownloadURL"]);

/** What is wrong with a provider's arguments. */
export function argumentFailures(args: Values): Failure[] {
  return Object.entries(args).flatMap(([property, value]): Failure[] => {
    if (engineOwned.has(property) || isUnknown(value)) return [];
    if (texts.some((name) => name === property)) {
      return typeof value === "string" ? [] : [{ property, reason: "must be a text" }];
    }
    if (!Object.hasOwn(switches, property)) {
      const known = [...texts, ...Object.keys(switches)].join(", ");
      return [{ property, reason: `is no provider argument known here; known are ${known}` }];
    }
    const chosen = asSwitch(value);
    if (chosen === undefined) {
      return [{ property, reason: `must be true or false, got ${JSON.stringify(value)}` }];
    }
    if (property === "enableServerSideApply" && !chosen) {
      return [{ property, reason: "must be true: objects are only ever applied by the server here" }];
    }
    return [];
  });
}

/** Reads a provider's arguments, and the environment for those that are absent. */
export function settingsOf(args: Values, env: Readonly<Record<string, string | undefined>>): Settings {
  const chosen = (name: Switch): boolean => asSwitch(args[name]) ?? asSwitch(env[switches[name]]) ?? false;
  const given = texts.flatMap((name) => {
    const value = args[name];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(given),
    mutableConfigMaps: chosen("enableConfigMapMutable"),
    mutableSecrets: chosen("enableSecretMutable"),
    force: chosen("enablePatchForce"),
    upsert: chosen("upsertExistingObjects"),
    deleteUnreachable: chosen("deleteUnreachable"),
    quietDeprecations: chosen("suppressDeprecationWarnings"),
  };
}

/** Arguments other than texts arrive as JSON texts. */
function asSwitch(value: Value | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}
