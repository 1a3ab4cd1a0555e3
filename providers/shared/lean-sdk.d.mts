/** Has Pulumi's SDK load what is for serialized closures when it is called, and not before. */
export function loadClosuresLate(from: string | URL): void;
