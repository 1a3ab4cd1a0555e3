import type { Attribute, Attributes } from "../bridge/attributes.ts";
import type { Values } from "../bridge/plan.ts";
import type { BridgedType, Finding } from "../bridge/resource.ts";
import { algorithms, curves, makeKey, privateValues, publicValues } from "./keys.ts";

const shown: Attribute = { type: "string" };
const hidden: Attribute = { type: "string", secret: true };

const attributes: Attributes = {
  algorithm: {
    type: "string",
    input: "required",
    replaces: true,
    description:
      "Name of the algorithm to use when generating the private key. " +
      "Currently-supported values are: `RSA`, `ECDSA`, `ED25519`. ",
  },
  rsaBits: { type: "int", input: "optional", default: 2048, replaces: true },
  ecdsaCurve: { type: "string", input: "optional", default: "P224", replaces: true },
  privateKeyPem: hidden,
  privateKeyOpenssh: hidden,
  privateKeyPemPkcs8: hidden,
  publicKeyPem: shown,
  publicKeyOpenssh: shown,
  publicKeyFingerprintMd5: shown,
  publicKeyFingerprintSha256: shown,
  id: shown,
};

/** A private key. Every change generates a new one. */
export const privateKey: BridgedType = {
  attributes,
  schemaVersion: 1,
  validate: (config) => [
    ...oneOf(config, "algorithm", "algorithm", algorithms),
    ...oneOf(config, "ecdsaCurve", "ecdsa_curve", Object.keys(curves)),
  ],
  create: async (plan) => {
    const key = await makeKey(String(plan.algorithm), Number(plan.rsaBits), String(plan.ecdsaCurve));
    return { ...privateValues(key), ...publicValues(key) };
  },
  update: (_plan, state) => state,
};

function oneOf(config: Values, attribute: string, terraform: string, values: readonly string[]): Finding[] {
  const value = config[attribute];
  if (typeof value !== "string" || values.includes(value)) return [];
  const legal = values.map((name) => JSON.stringify(name)).join(" ");
  return [
    {
      summary: "Invalid Attribute Value Match",
      detail: `Attribute ${terraform} value must be one of: [${legal}], got: ${JSON.stringify(value)}`,
      attribute,
    },
  ];
}
