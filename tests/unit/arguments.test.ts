import { expect, test } from "vitest";
import { argumentPaths, byKey, inArguments } from "../../components/config/arguments.ts";
import { configKeys } from "../../components/config/schema.ts";

test("each key of the config is an argument, but the credential of a cloud and what is the stack's", () => {
  expect(Object.keys(argumentPaths).sort()).toEqual(
    configKeys.filter((key) => !["sendgridApiKey", "tags"].includes(key)).sort(),
  );
  expect(new Set(Object.values(argumentPaths)).size).toBe(Object.keys(argumentPaths).length);
});

test("arguments are found by their path, and what no key has is named", () => {
  const args = {
    domain: "mastiff.party",
    owner: { username: "rex", mail: "rex@mastiff.party" },
    sizes: { web: { count: 2 }, rails: {} },
    env: { DEFAULT_LOCALE: "de" },
    hosts: undefined,
    replicas: 3,
  };
  expect(byKey(args)).toEqual({
    inputs: {
      domain: "mastiff.party",
      ownerUsername: "rex",
      web: { count: 2 },
      env: { DEFAULT_LOCALE: "de" },
    },
    foreign: ["owner.mail", "sizes.rails", "replicas"],
  });
});

test.each([
  [
    "fix     let this stack create the zone:  pulumi config set mastiff:zoneMode created",
    'fix     let this stack create the zone:  set cloudflare.zoneMode to created in the arguments of Community "dogs"',
  ],
  [
    "pulumi config set mastiff:oldFilesHosts '[\"files.mastiff.party\"]' (docs/operations.md)",
    'set hosts.oldFiles to ["files.mastiff.party"] in the arguments of Community "dogs" (docs/operations.md)',
  ],
  [
    "pulumi config set mastiff:smtpPassword <value> --secret --stack acme",
    'set mail.smtp.password to <value> in the arguments of Community "dogs"',
  ],
  [
    "keep it: pulumi config set-all --path --plaintext mastiff:postgres.cpus=1 --plaintext mastiff:postgres.volumeGb=2; or take a dump",
    'keep it: set sizes.postgres.cpus to 1, sizes.postgres.volumeGb to 2 in the arguments of Community "dogs"; or take a dump',
  ],
  [
    'again:  pulumi config set-all --path --plaintext mastiff:backup.keep.daily=30 --plaintext "mastiff:backup.recipients[0]=$(gpg --armor --export ABCD)"',
    'again:  set backup.keep.daily to 30, backup.recipients[0] to what gpg --armor --export ABCD prints in the arguments of Community "dogs"',
  ],
  [
    "keep the existing record: pulumi config rm mastiff:spf --stack acme",
    'keep the existing record: remove mail.spf in the arguments of Community "dogs"',
  ],
  ["  set in  mastiff:zone (or mastiff:domain)", "  set in  cloudflare.zone (or domain)"],
])("a message that names config names arguments: %s", (message, words) => {
  expect(inArguments(message, "dogs")).toBe(words);
});
