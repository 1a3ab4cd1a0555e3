/** What a piece of the program declares, without an engine: the quick half of testing a component. */
import * as pulumi from "@pulumi/pulumi";

/** One registered resource. */
export interface Made {
  type: string;
  name: string;
  /** As they go to the provider: a secret is still wrapped, see `pulumi.runtime.isRpcSecret`. */
  inputs: Record<string, unknown>;
  /** False for components. */
  custom: boolean;
  provider: string | undefined;
}

/** Answers that a test gives in a provider's place. */
export interface Answers {
  /** Outputs beside the inputs, by type token or logical name. */
  outputs?: Record<string, Record<string, unknown>>;
  /** Answers to invokes, by token. An invoke without one fails the test. */
  calls?: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>;
  /** Config of the stack, keys with their namespace. */
  config?: Record<string, string>;
  /** Whether it is a preview: then nothing that a provider computes is known. Default false. */
  preview?: boolean;
}

/**
 * Runs `declare` against recording mocks and gives everything that it registered.
 *
 * Waits until the last registration is over, because a late one would meet the next test's mocks. Mocks see
 * neither `protect` nor `dependsOn`, `ignoreChanges` or secret outputs: ask an exported stack for those.
 */
export async function resourcesOf(declare: () => unknown, answers: Answers = {}): Promise<Made[]> {
  const { outputs = {}, calls = {}, config = {}, preview = false } = answers;
  const made: Made[] = [];
  pulumi.runtime.setAllConfig(config);
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, custom, provider, id }) {
        made.push({ type, name, inputs, custom: custom ?? false, provider });
        const state = { ...inputs, ...outputs[type], ...outputs[name] };
        return { id: custom === false ? undefined : id || `${name}-id`, state };
      },
      call({ token, inputs }) {
        const answer = calls[token];
        if (answer === undefined) throw new Error(`no answer is agreed for the invoke ${token}`);
        return answer(inputs);
      },
    },
    "mastiff",
    "test",
    preview,
  );
  try {
    await declare();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return made;
}
