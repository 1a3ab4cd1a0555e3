/** The settings of a stack's communities, as a policy can see them. Pure. */
import { type CommunitySettings, secretKeys } from "../components/config/schema.ts";
import { parseRecorded, parseUndecrypted } from "../components/config/undecrypted.ts";

/** A resource, as far as the policies read it. */
export interface SeenResource {
  type: string;
  name: string;
  props: Readonly<Record<string, unknown>>;
  provider?: { type: string; props: Readonly<Record<string, unknown>> } | undefined;
}

/**
 * The community that the stack's config describes; undefined where there is none.
 *
 * Policies get no config. But the engine gives all of it to the provider of the dynamic resources, which every community
 * has (pulumi/pulumi: pkg/resource/deploy/target.go, GetPackageConfig).
 *
 * @param stack name for the check of the config
 */
export function settingsInConfig(
  resources: readonly SeenResource[],
  stack: string,
): CommunitySettings | undefined {
  const provider = resources
    .map((one) => one.provider)
    .find((one) => one?.type === "pulumi:providers:pulumi-nodejs");
  const config = Object.entries(provider?.props ?? {}).filter(([key]) => key.startsWith("mastiff:"));
  if (!config.some(([key]) => key === "mastiff:domain")) return undefined;
  const raw = config.map(([key, value]) => {
    const name = key.slice("mastiff:".length);
    return [name, isSecretKey(name) || typeof value !== "string" ? undefined : value];
  });
  return accepted(() => parseUndecrypted(Object.fromEntries(raw), { stack }));
}

/** The community that a resource is, with its arguments; undefined where it has none. */
export function settingsInArguments({ type, name, props }: SeenResource): CommunitySettings | undefined {
  if (type !== "mastiff:index:Community" || Object.keys(props).length === 0) return undefined;
  return accepted(() => parseRecorded(props, name));
}

function isSecretKey(name: string): boolean {
  return (secretKeys as readonly string[]).includes(name);
}

/** A config that is wrong is refused by the program itself, which says why. */
function accepted(parse: () => CommunitySettings): CommunitySettings | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
