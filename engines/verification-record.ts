import {
  appendEntry,
  type DatasetCopy,
  type KeyProvider,
  type Signer,
  signingKeys,
  wordsOf,
} from "../vault/index.js";
import { faultInWords, type Verdict } from "./engine.js";
import type { FoundPoint } from "./sealed/points.js";

/** Of a point, what its verification is recorded with. */
export type RecordedPoint = Pick<FoundPoint, "copy" | "chain" | "epoch" | "reference">;

/** Records one verdict in the point's own chain. @returns whether it stands there; why not is said */
export type RecordVerification = (
  point: RecordedPoint,
  verdict: Pick<Verdict, "level" | "faults">,
) => Promise<boolean>;

/**
 * Records what verifications find, in the points' own chains. That a result cannot be recorded is said and is no error: it
 * was found all the same.
 *
 * A copy's signing key is opened once, with the first result: who can open none signs a whole run with one new key.
 *
 * @param by who verifies
 * @param recipients everybody who shall be able to open a key that is made for it
 */
export function verificationRecorder(
  by: string,
  recipients: readonly KeyProvider[],
  say: (line: string) => void,
): RecordVerification {
  const signers = new Map<DatasetCopy, Promise<Signer>>();
  const signerAt = (copy: DatasetCopy) => {
    const known =
      signers.get(copy) ?? signingKeys([copy], recipients, new Date()).then(({ signer }) => signer);
    signers.set(copy, known);
    return known;
  };
  return async ({ copy, chain, epoch, reference }, { level, faults }) => {
    const { plan, dataset, site, store } = copy;
    try {
      await appendEntry(
        store,
        chain,
        {
          ...{ entry: "verification", plan, dataset, site, epoch, point: reference, level, by },
          faults: faults.map(faultInWords),
        },
        await signerAt(copy),
      );
      return true;
    } catch (error) {
      say(`the result is not recorded at ${site}: ${wordsOf(error)}`);
      return false;
    }
  };
}
