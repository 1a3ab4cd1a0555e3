/**
 * Whether an id in the state is a real one. The official provider reads an answer that is not JSON as an
 * empty one, and records the missing id as `{<nil>}` (seen on 6.22.1). A resource with this id can neither be
 * read nor deleted.
 */
export function isKnown(id: string): boolean {
  return id !== "" && !id.includes("<nil>");
}
