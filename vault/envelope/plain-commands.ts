import type { KeyDocument } from "../keys/key-document.js";

/**
 * Opens a sealed file: key document, identity file, sealed file and target are its arguments. Needs Python with
 * `aws-encryption-sdk` (PyPI, 3.x) and `age`. It tries every holder's wrapping, so any holder's identity does.
 */
const script = `
import base64, json, os, subprocess, sys
import aws_encryption_sdk as sdk
from aws_encryption_sdk.identifiers import CommitmentPolicy, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider
document, identity, sealed, target = sys.argv[1:5]
with open(document) as file:
    key = json.load(file)
def opened(wrapping):
    command = ["age", "--decrypt", "--identity", identity]
    age = subprocess.run(command, input=wrapping["ciphertext"].encode(), capture_output=True)
    return base64.b64decode(json.loads(age.stdout)["secret"]) if age.returncode == 0 else None
secret = next(filter(None, map(opened, (w for w in key["wrapped"] if w["kind"] == "age"))), None)
if secret is None:
    sys.exit("this identity opens none of " + ", ".join(w["key"] for w in key["wrapped"]))
class Provider(RawMasterKeyProvider):
    provider_id = "secondsite"
    def _get_raw_key(self, key_id):
        return WrappingKey(WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING, secret, EncryptionKeyType.SYMMETRIC)
provider = Provider()
provider.add_master_key(key["context"]["key"])
client = sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
with open(sealed, "rb") as source, open(target + ".part", "wb") as out:
    with client.stream(mode="d", source=source, key_provider=provider) as plain:
        for chunk in plain:
            out.write(chunk)
os.rename(target + ".part", target)
`.trim();

/** Files that the command works on. */
export interface PlainOpenFiles {
  /** The key's object, fetched from the store. */
  readonly key: string;
  /** The holder's age identity file. */
  readonly identity: string;
  readonly sealed: string;
  readonly target: string;
}

/**
 * The command that opens a sealed object without Secondsite, for a manifest's `restore`.
 *
 * @returns undefined when the key is wrapped for no age recipient: then it opens with the cloud's key service alone
 */
export function plainOpenCommand(
  document: KeyDocument,
  { key, identity, sealed, target }: PlainOpenFiles,
): string[] | undefined {
  if (!document.wrapped.some(({ kind }) => kind === "age")) return undefined;
  return ["python3", "-c", script, key, identity, sealed, target];
}
