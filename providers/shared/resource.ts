import * as pulumi from "@pulumi/pulumi";

/**
 * A resource whose provider is code of this package.
 *
 * `pulumi.dynamic.Resource` serializes the provider's closures and stores them in the state of each resource.
 * That takes 0.4 s per run, and captured values are stored too: a secret in plain text, and each change of it
 * is a diff. So the stored text is written out here. It loads the provider's code when a method is called,
 * from the package as the program's folder finds it. The code may change; the text does not.
 */
export abstract class PackageResource extends pulumi.CustomResource {
  /**
   * @param folder folder of providers/ whose `provider.ts` serves the resource, and the type's module.
   * @param kind type name, and the key in that provider's table.
   * @param inputs what the provider gets.
   * @param outputs names of the outputs that it adds, so that they are outputs in a preview too.
   */
  constructor(
    folder: "sendgrid" | "cloudflare" | "openpgp",
    kind: string,
    name: string,
    inputs: pulumi.Inputs,
    outputs: string[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    const unknown = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const props = { __provider: providerText(folder), kind, ...unknown, ...inputs };
    super(`pulumi-nodejs:dynamic/${folder}:${kind}`, name, props, opts);
  }
}

/**
 * The provider as the plugin of dynamic resources evaluates it
 * (getProvider in @pulumi/pulumi/cmd/dynamic-provider/index.js).
 */
export function providerText(folder: string): string {
  return [
    `const code = () => require("module").createRequire(process.cwd() + "/")("mastiff/${folder}-provider");`,
    "exports.handler = () => ({",
    "  configure: async (request) => code().configure(request),",
    "  check: async (olds, news) => code().check(olds, news),",
    "  diff: async (id, olds, news) => code().diff(id, olds, news),",
    "  create: async (inputs) => code().create(inputs),",
    "  read: async (id, props) => code().read(id, props),",
    "  update: async (id, olds, news) => code().update(id, olds, news),",
    "  delete: async (id, props) => code().remove(id, props),",
    "});",
    "",
  ].join("\n");
}
