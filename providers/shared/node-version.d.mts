/** @see providers/shared/node-version.mjs, which carries no types so that an old Node can read it. */
export function whyTooOld(version: string, path: string): string | undefined;
