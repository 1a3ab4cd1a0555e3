/** The programs in examples/ on the local clouds. */
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { controlOf } from "./control.ts";
import { openStack, type TestStack } from "./stack.ts";
import type { TestWorld } from "./world.ts";

/**
 * A stack of an example. Its communities share a zone, and the operator's token has the rights for that.
 *
 * @param program a copy of the example that has its packages. Default: the folder in examples/
 */
export async function openExample(
  world: TestWorld,
  name: string,
  program = join(root, "examples", name),
): Promise<TestStack> {
  await controlOf(world.url)("PATCH", "dials", { cloudflare: { operatorModes: ["shared"] } });
  const endpoints = { fly: world.url, sendgrid: `${world.url}/sendgrid/v3`, r2: `${world.url}/r2` };
  return openStack(world, {
    program,
    stack: "example",
    config: {
      "cloudflare:baseUrl": `${world.url}/client/v4`,
      [`${name}:accountId`]: "00000000000000000000000000000d09",
      [`${name}:organization`]: "mastiff",
      [`${name}:zone`]: "mastiff.party",
      [`${name}:endpoints`]: JSON.stringify(endpoints),
    },
  });
}
