import type { Plan } from "../../plan/index.js";
import { wordsOf } from "../../vault/errors.js";

/** Longest a service may take to answer its deep check; Route 53 gives the whole answer two seconds. */
const patience = 1_500;

/**
 * Asks every service of the site that needs a dataset whether it could write.
 *
 * @returns why not, for each that could not
 */
export async function unhealthyServices(plan: Plan, dataset: string): Promise<string[]> {
  const asked = Object.entries(plan.services)
    .filter(([, { needs }]) => needs.includes(dataset))
    // Only the service behind the site's door has an address that is known here.
    .filter(([name]) => plan.dns?.service === name)
    .map(async ([name, { deepHealth }]) => {
      try {
        const { status } = await fetch(`http://site-service${deepHealth}`, {
          signal: AbortSignal.timeout(patience),
        });
        return status === 200 ? undefined : `${name} answers ${status}`;
      } catch (error) {
        return `${name} does not answer: ${wordsOf(error)}`;
      }
    });
  return (await Promise.all(asked)).filter((reason) => reason !== undefined);
}
