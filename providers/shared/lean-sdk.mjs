/** Loads less of Pulumi's SDK than `@pulumi/pulumi` does. */
import Module, { createRequire } from "node:module";

/**
 * What the SDK has for serialized closures: it needs a TypeScript compiler and npm's resolver of packages. Together
 * they are 0.7 of the 1.1 CPU seconds that the SDK takes to load, and a program without closures calls none of it.
 */
const forClosures = [
  { file: "serializeClosure", functions: ["serializeFunction", "serializeFunctionAsync"] },
  { file: "codePaths", functions: ["computeCodePaths"] },
];

/**
 * Has the SDK load what is for closures when a program calls it, and not before. To be called before `@pulumi/pulumi`
 * is imported: what is loaded already stays as it is, and so does an SDK that has these files elsewhere.
 *
 * @param from file whose `@pulumi/pulumi` is meant
 * @see https://nodejs.org/api/modules.html#requirecache
 */
export function loadClosuresLate(from) {
  const require = createRequire(from);
  for (const { file, functions } of forClosures) {
    const path = resolved(require, `@pulumi/pulumi/runtime/closure/${file}.js`);
    if (path === undefined || require.cache[path] !== undefined) continue;
    const late = new Module(path);
    const load = () => {
      if (require.cache[path] === late) delete require.cache[path];
      return require(path);
    };
    late.exports = Object.fromEntries(functions.map((name) => [name, (...args) => load()[name](...args)]));
    late.loaded = true;
    require.cache[path] = late;
  }
}

/** Path of a file of a package; undefined where the package has or shows no such file. */
function resolved(require, file) {
  try {
    return require.resolve(file);
  } catch {
    return undefined;
  }
}
