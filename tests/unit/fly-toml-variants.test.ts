import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { tomls } from "../support/fly-toml-variants.ts";

// The conformance runs flyctl on these texts and imports nothing of the product.
test("the conformance asks about each fly.toml as the program renders it today", async () => {
  const text = `${JSON.stringify(tomls(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(root, "sandbox/conformance/recorded/fly-tomls.json"));
});
