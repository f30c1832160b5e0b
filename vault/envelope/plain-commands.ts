import type { KeyDocument } from "../keys/key-document.js";

/**
 * Opens sealed files: key document, identity file, a sealed file or a folder of them, and the target are its arguments.
 * Needs Python with `aws-encryption-sdk` (PyPI, 3.x) and `age`. It tries every holder's wrapping, so any holder's
 * identity does.
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
def unseal(path, to):
    os.makedirs(os.path.dirname(os.path.abspath(to)), exist_ok=True)
    with open(path, "rb") as source, open(to + ".part", "wb") as out:
        with client.stream(mode="d", source=source, key_provider=provider) as plain:
            for chunk in plain:
                out.write(chunk)
    os.rename(to + ".part", to)
if os.path.isdir(sealed):
    for folder, _, names in os.walk(sealed):
        for name in names:
            path = os.path.join(folder, name)
            unseal(path, os.path.join(target, os.path.relpath(path, sealed)))
else:
    unseal(sealed, target)
`.trim();

/** Files that the command works on. */
export interface PlainOpenFiles {
  /** The key's object, fetched from the store. */
  readonly key: string;
  /** The holder's age identity file. */
  readonly identity: string;
  /** A sealed file, or a folder of them. */
  readonly sealed: string;
  /** Where it is opened to: a file, or a folder for a folder. */
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
