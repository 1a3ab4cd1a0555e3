import * as pulumi from "@pulumi/pulumi";
import type { LastState } from "./last-state.ts";

/**
 * Refuses, in previews too, to replace a protected resource that exists already (`--replace`, a changed
 * argument). The engine refuses as well, but only if the state says that the resource is protected. The state
 * says so only from the run after the first release on (community-lock.ts).
 *
 * @param community the community's logical name
 * @param last the state that the last run left
 */
export function keepWhatIsThere(community: string, last: LastState): pulumi.ResourceTransformation {
  const guard = new pulumi.ResourceHook(
    `${community}-keep-guard`,
    ({ name }) => {
      throw new Error(`unable to replace resource ${name}: the community's data or keys are in it`);
    },
    { onDryRun: true },
  );
  return ({ name, props, opts }) => {
    const isProtectedAndThere =
      (opts as pulumi.CustomResourceOptions).protect === true && last[name] !== undefined;
    if (!isProtectedAndThere) return undefined;
    // The create of a resource that the state already has is the first half of a replacement.
    return { props, opts: pulumi.mergeOptions(opts, { hooks: { beforeCreate: [guard] } }) };
  };
}
