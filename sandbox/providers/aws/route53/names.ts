import { each, type Rule } from "../check/rules.js";

/** A name without its final dot, in lower case, as Route 53 compares them. */
export function withoutDot(name: string): string {
  return name
    .replace(/\.$/, "")
    .replace(/^\\052\./, "*.")
    .toLowerCase();
}

/** Domain names: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
export function domainName(property: string): Rule {
  return each(property, (value) => {
    const name = withoutDot(String(value));
    if (name.length < 1 || name.length > 255) return `has ${name.length} characters; a name has 1 to 255`;
    const wrong = name.split(".").find((label) => label.length < 1 || label.length > 63 || /\s/.test(label));
    return wrong === undefined
      ? undefined
      : `is ${JSON.stringify(value)}; the label ${JSON.stringify(wrong)} needs 1 to 63 characters and no spaces`;
  });
}

/** The full name of a record that is written relative to its zone, or in full. */
export function fullName(name: string, zone: string): string {
  const [record, suffix] = [withoutDot(name), withoutDot(zone)];
  if (record === "") return suffix;
  return record === suffix || record.endsWith(`.${suffix}`) ? record : `${record}.${suffix}`;
}
