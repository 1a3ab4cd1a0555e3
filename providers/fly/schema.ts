/**
 * Schemas of JSON values. The TypeScript type and the check of a value both follow from one schema.
 *
 * Not zod, which config and the dynamic resources use: the driver starts dozens of times in an `up`, and loading
 * `zod/mini` (92 modules, 64 of them translations of its messages) took 0.17 CPU seconds on a busy machine, on top
 * of the 0.25 of the driver itself.
 */
export interface Schema<T> {
  /** JSON types that it accepts, as errors name them: `string`, `object|null`. */
  readonly name: string;
  /**
   * What is wrong with a value; undefined: nothing.
   *
   * @param path where the value is: `SPEC.size.cpus`.
   * @param wanted what the error says that the value should be. Default: `name`.
   */
  problem(value: unknown, path: string, wanted?: string): string | undefined;
  /** Exists for the compiler only. */
  readonly type?: T;
}

/** Type of the values that a schema accepts. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

type Properties = Readonly<Record<string, Schema<unknown>>>;
type Types<P> = { -readonly [K in keyof P]: Infer<P[K]> };
type Optional<P> = { [K in keyof P]: undefined extends Infer<P[K]> ? K : never }[keyof P];
/** `& {}` makes editors and errors show the properties. */
type Merged<T> = { [K in keyof T]: T[K] } & {};
/** Type of an object with these properties. */
export type ObjectOf<P> = Merged<Omit<Types<P>, Optional<P>> & Partial<Pick<Types<P>, Optional<P>>>>;

export const string = ofType<string>("string");
export const number = ofType<number>("number");
export const boolean = ofType<boolean>("boolean");
/** Any value, or none. */
export const unknown: Schema<unknown> = { name: "unknown", problem: () => undefined };

/** An object with these properties. Further properties are allowed. */
export function object<P extends Properties>(properties: P): Schema<ObjectOf<P>> {
  return ofType("object", (value) =>
    Object.entries(properties).map(([key, schema]) => [schema, Reflect.get(value, key), `.${key}`]),
  );
}

/** An object whose values are alike. */
export function record<T>(of: Schema<T>): Schema<Record<string, T>> {
  return ofType("object", (value: Record<string, T>) =>
    Object.entries(value).map(([key, one]) => [of, one, `.${key}`]),
  );
}

export function array<T>(of: Schema<T>): Schema<T[]> {
  return ofType("array", (value: T[]) => value.map((one, i) => [of, one, `[${i}]`]));
}

export function nullable<T>(of: Schema<T>): Schema<T | null> {
  const name = `${of.name}|null`;
  return {
    name,
    problem: (value, path, wanted = name) => (value === null ? undefined : of.problem(value, path, wanted)),
  };
}

/** A property that may be missing. */
export function optional<T>(of: Schema<T>): Schema<T | undefined> {
  return {
    name: of.name,
    problem: (value, path, wanted) => (value === undefined ? undefined : of.problem(value, path, wanted)),
  };
}

export function oneOf<const W extends string>(...words: W[]): Schema<W> {
  const name = words.map((word) => `"${word}"`).join("|");
  return {
    name,
    problem: (value, path, wanted = name) =>
      words.some((word) => word === value) ? undefined : `${path} is ${JSON.stringify(value)}, not ${wanted}`,
  };
}

/** @throws Error that names the first part of the value that does not fit. */
export function check<T>(schema: Schema<T>, value: unknown, path: string): asserts value is T {
  const problem = schema.problem(value, path);
  if (problem !== undefined) throw new Error(problem);
}

/** @param parts each part of a value with its schema and the end of its path. Default: the value has no parts. */
function ofType<T>(
  name: string,
  parts: (value: T) => [Schema<unknown>, unknown, string][] = () => [],
): Schema<T> {
  return {
    name,
    problem(value, path, wanted = name) {
      const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      if (type !== name) return `${path} is ${type}, not ${wanted}`;
      for (const [schema, part, key] of parts(value as T)) {
        const problem = schema.problem(part, `${path}${key}`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  };
}
