"""A ciphertext that is to be opened by a key that did not make it: AWS refuses with IncorrectKeyException. ministack opens
it by whichever key is named, and hands out noise."""

import base64

from ministack.core.responses import error_response_json
from ministack.services import kms

# A symmetric ciphertext begins with its key's id, which every region of a multi-region key shares.
ID_LENGTH = 36


def apply() -> None:
    decrypt = kms._decrypt

    def checked(data):
        named, ciphertext = data.get("KeyId"), data.get("CiphertextBlob")
        record = kms._resolve_key(named) if named else None
        if record and "_symmetric_key" in record and isinstance(ciphertext, str):
            made_by = base64.b64decode(ciphertext)[:ID_LENGTH].decode("utf-8", errors="ignore")
            if made_by != record["KeyId"]:
                return error_response_json(
                    "IncorrectKeyException",
                    "The key ID in the request does not identify a CMK that can perform this operation.",
                    400,
                )
        return decrypt(data)

    kms._decrypt = checked
