/** A name and an address as one mailbox, in the grammar of RFC 5322 (3.2.3, 3.2.4, 3.4) and RFC 6532. Pure. */

/** Words of these stand in a header as they are; a phrase of anything else is quoted. */
const atoms = /^[\w!#$%&'*+\-/=?^`{|}~]+( [\w!#$%&'*+\-/=?^`{|}~]+)*$/;

/** Whether a display name stands in a header only within quotes. */
export function needsQuotes(name: string): boolean {
  return name !== "" && !atoms.test(name);
}

/** `Rex, Inc.` and `rex@acme.social` → `"Rex, Inc." <rex@acme.social>`; without a name the address alone. */
export function mailbox(name: string, address: string): string {
  if (name === "") return address;
  const phrase = needsQuotes(name) ? `"${name.replace(/[\\"]/g, "\\$&")}"` : name;
  return `${phrase} <${address}>`;
}
