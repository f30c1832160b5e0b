const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/**
 * Whether a text in lower case ends with the checksum of its Bech32 form (BIP 173), which finds a letter that was
 * mistyped or left out.
 *
 * @param text for example an age recipient: `age1…`
 */
export function hasBech32Checksum(text: string): boolean {
  const end = text.lastIndexOf("1");
  const prefix = [...text.slice(0, end)].map((letter) => letter.charCodeAt(0));
  const values = [
    ...prefix.map((code) => code >> 5),
    0,
    ...prefix.map((code) => code & 31),
    ...[...text.slice(end + 1)].map((letter) => alphabet.indexOf(letter)),
  ];
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return end > 0 && !values.includes(-1) && sum === 1;
}
