/** The option for a policy pack, as `mastiff review` has it. */

export const policyPack = {
  type: "string",
  valueHint: "folder",
  description: "check each stack by a policy pack, such as policy",
} as const;

/** Folders for the engine. */
export function packsOf({ "policy-pack": folder }: { "policy-pack"?: string | undefined }): string[] {
  return folder === undefined ? [] : [folder];
}
