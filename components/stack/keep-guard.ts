import * as pulumi from "@pulumi/pulumi";
import type { LastState } from "./last-state.ts";

/**
 * Refuses to make anew what is protected and there already (`--replace`, a changed argument), in previews too. The
 * engine refuses as well, but by the mark in the state, which a resource has only from the run after its first
 * release on (community-lock.ts).
 */
export function keepWhatIsThere(last: LastState): void {
  const guard = new pulumi.ResourceHook(
    "keep-guard",
    ({ name }) => {
      throw new Error(`unable to replace resource ${name}: the community's data or keys are in it`);
    },
    { onDryRun: true },
  );
  pulumi.runtime.registerStackTransformation(({ name, props, opts }) => {
    const isKept = (opts as pulumi.CustomResourceOptions).protect === true && last[name] !== undefined;
    if (!isKept) return undefined;
    return { props, opts: pulumi.mergeOptions(opts, { hooks: { beforeCreate: [guard] } }) };
  });
}
