import { Diagnostic } from "../bridge/resource.ts";
import type { ProviderFunction } from "../provider.ts";
import { plainProperties } from "../values.ts";
import { algorithmOf, publicValues, readOpenssh, readPem } from "./keys.ts";

/** The public half of a private key that the program has; exactly one form of it is to be given. */
export const getPublicKey: ProviderFunction = ({ args }) => {
  const given = plainProperties(args);
  const pem = given.privateKeyPem ?? null;
  const openssh = given.privateKeyOpenssh ?? null;
  if ((pem === null) === (openssh === null)) {
    const count = pem === null ? "No attribute" : "2 attributes";
    const reason =
      `Invalid Attribute Combination: ${count} specified when one (and only one) of ` +
      "[private_key_pem,private_key_openssh] is required";
    return {
      result: {},
      failures: ["privateKeyOpenssh", "privateKeyPem"].map((property) => ({ property, reason })),
    };
  }
  try {
    const key = pem === null ? readOpenssh(String(openssh)) : readPem(String(pem));
    const source = pem === null ? { privateKeyOpenssh: openssh } : { privateKeyPem: pem };
    return { result: { ...source, algorithm: algorithmOf(key), ...publicValues(key) } };
  } catch (error) {
    throw new Diagnostic(
      "Unable to parse private key",
      error instanceof Error ? error.message : String(error),
    );
  }
};
