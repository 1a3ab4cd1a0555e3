import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { KnownAnswers } from "./known-answers.ts";
import { OperatorError } from "./operator-error.ts";

// Pulumi passes the values of resources as plain JSON. This mark stands for a value that only `up` will know
// (`unknownValue` in @pulumi/pulumi/runtime/rpc.js; written out, since that module takes a second to load).
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Props = Record<string, unknown>;

/**
 * Endpoints and timeouts are not part of a resource but the way to reach it: changing them is not a diff. A token
 * is not among them: only an update puts a new one into the state, where a destroy finds it.
 */
const WAYS = ["kind", "baseUrl", "endpoint", "timeoutSeconds"];

/**
 * What one class of resource does, over plain values and without Pulumi's envelope. The outputs in state are
 * always the inputs plus what the verbs return. `known` has the answers that other resources of the operation got.
 */
export interface Kind<Inputs, Outputs, Cloud> {
  /** Form of the inputs. Its messages reach the operator as they are. */
  inputs: z.ZodObject & z.ZodType<Inputs>;
  /** Inputs that cannot change in place. */
  replacedBy: readonly string[];
  /** Whether a replacement has to wait until the old resource is gone. Default false. */
  deleteBeforeReplace?: boolean;
  /**
   * Inputs that keep their values from the state, though the program would choose others now. Default: none.
   */
  keeps?(state: Inputs & Outputs, news: Inputs): Partial<Inputs>;
  /** Why the last result in state is not good enough, so that an update tries again; else undefined. */
  unsettled?(state: Inputs & Outputs): string | undefined;
  /**
   * Looks, in previews too, at what may change without a change of ours. @returns the reason for an update in
   * words, or undefined. Called only when nothing else differs. What cannot be read is no difference.
   */
  differs?(cloud: Cloud, id: string, state: Inputs & Outputs): Promise<string | undefined>;
  /** Refuses a change that must not be made, in preview too. @throws with the reason and the proper way. */
  guard?(state: Inputs & Outputs, news: Inputs): void;
  create(cloud: Cloud, inputs: Inputs, known: KnownAnswers): Promise<{ id: string; outs: Outputs }>;
  /** The live resource: inputs that drifted, and outputs; undefined when it is gone. */
  read(
    cloud: Cloud,
    id: string,
    state: Inputs & Outputs,
    known: KnownAnswers,
  ): Promise<(Partial<Inputs> & Outputs) | undefined>;
  update(cloud: Cloud, id: string, state: Inputs & Outputs, news: Inputs): Promise<Outputs>;
  /** Removes everything that is ours, and succeeds when there is nothing. */
  remove(cloud: Cloud, id: string, state: Inputs & Outputs): Promise<void>;
}

/** The provider's methods, as the stubs in state call them. */
export interface ServedKinds {
  check(olds: Props, news: Props): Promise<dynamic.CheckResult>;
  diff(id: string, olds: Props, news: Props): Promise<dynamic.DiffResult>;
  create(inputs: Props): Promise<dynamic.CreateResult>;
  read(id: string, props: Props): Promise<dynamic.ReadResult>;
  update(id: string, olds: Props, news: Props): Promise<dynamic.UpdateResult>;
  remove(id: string, props: Props): Promise<void>;
}

// Each kind has inputs and outputs of its own; the table that holds them all cannot name them.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyKind<Cloud> = Kind<any, any, Cloud>;

/**
 * Serves kinds as a dynamic provider.
 *
 * @param connect makes the client for a resource.
 * @param today the endpoints in today's config for a resource. They override those in its state, which keeps the
 *   endpoint of the last real change.
 * @param known answers that the resources of an operation share. Default: those of this process
 */
export function serveKinds<Cloud>(
  kinds: Record<string, AnyKind<Cloud>>,
  connect: (props: Props) => Cloud,
  today: (state: Props) => Props,
  known = new KnownAnswers(),
): ServedKinds {
  const kindOf = (props: Props): AnyKind<Cloud> => {
    const kind = kinds[String(props.kind)];
    if (kind === undefined) throw new Error(`This version of Mastiff knows no resource "${props.kind}".`);
    return kind;
  };
  const lookedDifferent = async (kind: AnyKind<Cloud>, id: string, state: Props): Promise<boolean> => {
    if (kind.differs === undefined) return false;
    try {
      const words = await kind.differs(connect(state), id, state);
      if (words !== undefined) console.error(words);
      return words !== undefined;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      console.error(`not looked at: ${error.message}`);
      return false;
    }
  };
  return plainly({
    async check(olds, news) {
      const { inputs, keeps } = kindOf(news);
      const isMade = olds !== undefined && Object.keys(olds).length > 0;
      return checkInputs(inputs, isMade ? { ...news, ...keeps?.(olds, news) } : news);
    },
    async diff(id, olds, news) {
      const kind = kindOf(news);
      const changed = changedKeys(Object.keys(kind.inputs.shape), olds, news);
      if (!changed.some((key) => hasUnknown(news[key]))) kind.guard?.(olds, news);
      // An unknown value may turn out to be the old one, so a preview says "update" and `up` decides.
      const replaces = changed.filter((key) => kind.replacedBy.includes(key) && !hasUnknown(news[key]));
      const isDue = changed.length > 0 || kind.unsettled?.(olds) !== undefined;
      const changes = isDue || (await lookedDifferent(kind, id, { ...olds, ...today(olds) }));
      return { changes, replaces, deleteBeforeReplace: kind.deleteBeforeReplace ?? false };
    },
    async create(inputs) {
      const { id, outs } = await kindOf(inputs).create(connect(inputs), inputs, known);
      return { id, outs: { ...inputs, ...outs } };
    },
    async read(id, props) {
      const state = { ...props, ...today(props) };
      const live = await kindOf(props).read(connect(state), id, state, known);
      return live === undefined ? { id: "", props: {} } : { id, props: { ...props, ...live } };
    },
    async update(id, olds, news) {
      const outs = await kindOf(news).update(connect(news), id, olds, news);
      return { outs: { ...news, ...outs } };
    },
    async remove(id, props) {
      const state = { ...props, ...today(props) };
      await kindOf(props).remove(connect(state), id, state);
    },
  });
}

/** The same methods, but an OperatorError has no stack trace: the plugin prints it, and only bugs need it. */
function plainly(methods: ServedKinds): ServedKinds {
  const plain = Object.entries(methods).map(
    ([name, method]: [string, (...args: never[]) => Promise<unknown>]) => {
      const quiet = (...args: never[]) =>
        method(...args).catch((error: unknown) => {
          if (error instanceof OperatorError) error.stack = "";
          throw error;
        });
      return [name, quiet];
    },
  );
  return Object.fromEntries(plain);
}

/**
 * The inputs in their normal form, or what is wrong with those that are already known. When a failure names
 * its property, the engine prints the value, even a secret one (seen on 3.259); so the reason names it.
 */
export function checkInputs(schema: z.ZodType<unknown>, news: Props): dynamic.CheckResult {
  const result = schema.safeParse(news);
  if (result.success) return { inputs: { ...(result.data as Props), kind: news.kind }, failures: [] };
  const failures = result.error.issues
    .filter((issue) => !hasUnknown(news[String(issue.path[0])]))
    .map((issue) => ({ property: "", reason: `${issue.path.join(".")}: ${issue.message}` }));
  return { inputs: news, failures };
}

/** The named inputs that differ from the state, sorted by name. */
export function changedKeys(inputs: string[], olds: Props, news: Props): string[] {
  return inputs
    .filter((key) => !WAYS.includes(key) && !isDeepStrictEqual(news[key] ?? null, olds[key] ?? null))
    .sort();
}

/** Whether a value is, or contains, a value that only `up` will know. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
