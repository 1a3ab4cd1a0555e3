/**
 * Whether the provider knows what it made. It reads an answer that is no JSON as an empty one, and writes down the
 * missing id as `{<nil>}` (seen on 6.22.1); such a resource can neither be read nor deleted.
 */
export function isKnown(id: string): boolean {
  return id !== "" && !id.includes("<nil>");
}
