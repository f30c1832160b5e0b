import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";

import { SandboxInputError } from "../../errors.js";
import type { Settings } from "./arguments.js";

/**
 * Loads the kubeconfig that the provider's arguments name, or the environment's.
 *
 * @throws {SandboxInputError} when there is none, it can't be read, or it lacks the context or cluster asked for
 */
export function loadKubeconfig(settings: Settings): KubeConfig {
  const config = new KubeConfig();
  load(config, settings.kubeconfig);
  if (settings.context !== undefined) {
    if (config.getContextObject(settings.context) === null) {
      throw new SandboxInputError(
        `context "${settings.context}" is not in the kubeconfig; it has ${names(config.getContexts())}`,
      );
    }
    config.setCurrentContext(settings.context);
  }
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) {
    throw new SandboxInputError(
      `the kubeconfig's current context "${config.getCurrentContext() ?? ""}" is not in it; it has ` +
        `${names(config.getContexts())}: set the provider's context`,
    );
  }
  const cluster = settings.cluster ?? context.cluster;
  config.contexts = config.contexts.map((one) => (one.name === context.name ? { ...one, cluster } : one));
  if (config.getCluster(cluster) === null) {
    throw new SandboxInputError(
      `cluster "${cluster}" is not in the kubeconfig; it has ${names(config.getClusters())}`,
    );
  }
  return config;
}

function load(config: KubeConfig, given: string | undefined): void {
  const from = given === undefined ? "the KUBECONFIG variable" : "the provider's kubeconfig";
  try {
    if (given !== undefined && isContents(given)) config.loadFromString(given);
    else if (given !== undefined) config.loadFromFile(resolve(given.replace(/^~(?=\/)/, homedir())));
    else if (process.env.KUBECONFIG || existsSync(join(homedir(), ".kube/config"))) config.loadFromDefault();
    else if (process.env.KUBERNETES_SERVICE_HOST) config.loadFromCluster();
    else {
      throw new SandboxInputError(
        "no kubeconfig: set the provider's kubeconfig, or the KUBECONFIG variable to a file's path",
      );
    }
  } catch (error) {
    if (error instanceof SandboxInputError) throw error;
    // The parser quotes the line that it can't read, and that line may be a credential.
    const reason = error instanceof Error && "code" in error ? `: ${error.message}` : " as a kubeconfig";
    throw new SandboxInputError(`${from} can't be read${reason}`);
  }
}

function isContents(given: string): boolean {
  return given.includes("\n") || given.trimStart().startsWith("{") || given.includes("apiVersion:");
}

function names(items: readonly { readonly name: string }[]): string {
  return items.map(({ name }) => `"${name}"`).join(", ") || "none";
}
