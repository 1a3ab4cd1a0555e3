/**
 * Which Node can run this project. The project loads TypeScript directly, which an older Node answers with a
 * stack trace.
 *
 * This file, and the files that import it first, are written so that every Node since 14.8 can read them.
 */

/**
 * Why this Node is too old; undefined when it is not.
 *
 * @param {string} version as in process.versions.node
 * @param {string} path of the program that runs
 * @returns {string | undefined}
 * @see https://nodejs.org/api/typescript.html#type-stripping (on by default since 22.18 and 23.6)
 */
export function whyTooOld(version, path) {
  const [major, minor] = version.split(".").map(Number);
  const stripsTypes = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
  if (stripsTypes) return undefined;
  return [
    `Mastiff runs with Node 22.18 or newer, and this is Node ${version}.`,
    `  set in  PATH: node is ${path}`,
    '  fix     put the packaged Node 24 first:  export PATH="$PWD/node_modules/.bin:$PATH"',
    "          or install a newer one:  https://nodejs.org",
    "  retry   does not help before this is changed",
  ].join("\n");
}
