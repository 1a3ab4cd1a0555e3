/** A name and an address as one mailbox, in the grammar of RFC 5322 (3.2.3, 3.2.4, 3.4) and RFC 6532. Pure. */

/** A phrase of these characters needs no quotes in a header; any other phrase does. */
const atoms = /^[\w!#$%&'*+\-/=?^`{|}~]+( [\w!#$%&'*+\-/=?^`{|}~]+)*$/;

/** Whether a display name must be quoted in a header. */
export function needsQuotes(name: string): boolean {
  return name !== "" && !atoms.test(name);
}

/** `Rex, Inc.` and `rex@acme.social` → `"Rex, Inc." <rex@acme.social>`; without a name the address alone. */
export function mailbox(name: string, address: string): string {
  if (name === "") return address;
  const phrase = needsQuotes(name) ? `"${name.replace(/[\\"]/g, "\\$&")}"` : name;
  return `${phrase} <${address}>`;
}
