import { armor, enums, generateKey, readKey, readPrivateKey, revokeKey } from "openpgp";
import { expect, test } from "vitest";
import { lookAtRecipients, skippedIn } from "../../components/backup/recipients.ts";
import { publicKeysIn } from "../../providers/openpgp/public-keys.ts";
import { recipient, recipientOfVersion6, shortRecipient } from "../support/backup-recipient.ts";

const day = 86_400_000;
/** For the keys that are made here: OpenPGP.js trusts none from the future. */
const today = Math.floor(Date.now() / 1000) * 1000;
const now = Date.UTC(2030, 0, 1);
const never = Number.POSITIVE_INFINITY;

/** A key of OpenPGP.js's, in the form of RFC 4880. */
const made = (more: object = {}) =>
  generateKey({
    userIDs: { name: "rex" },
    type: "ecc",
    curve: "curve25519Legacy",
    date: new Date(today - 100 * day),
    format: "armored",
    ...more,
  } as Parameters<typeof generateKey>[0]) as unknown as Promise<{ publicKey: string }>;
/** One text in ASCII armour with several keys, as `gpg --export` of several prints it. */
async function armouredTogether(...armoured: string[]): Promise<string> {
  const keys = await Promise.all(armoured.map((armoredKey) => readKey({ armoredKey })));
  return armor(enums.armor.publicKey, Buffer.concat(keys.map((key) => key.write())));
}
const seconds = (days: number) => ({ keyExpirationTime: (days * day) / 1000 });

const endOf = async (armoured: string) => (await publicKeysIn(armoured)).map(({ until }) => until);

test("until when a key can be encrypted for: as the key says, and as its subkey says", async () => {
  expect(await endOf(recipient)).toEqual([never]);
  expect((await publicKeysIn(shortRecipient)).map(({ fingerprint }) => fingerprint)).toEqual([
    "50196356E77208F27C0F19EBE6EA3D9C833F171F",
  ]);
  expect(new Date((await endOf(shortRecipient))[0] ?? 0).toISOString()).toMatch(/^2030-06-01/);
  const { publicKey } = await made({ subkeys: [seconds(120)] });
  expect(await endOf(publicKey)).toEqual([today + 20 * day]);
  const two = await made({ subkeys: [seconds(120), seconds(300)] });
  expect(await endOf(two.publicKey)).toEqual([today + 200 * day]);
});

test("a key that OpenPGP.js cannot read is not judged", async () => {
  expect(await publicKeysIn(recipientOfVersion6)).toEqual([]);
  expect(await lookAtRecipients({ recipients: [recipientOfVersion6] }, now)).toEqual({
    problems: [],
    warnings: [],
  });
});

test("a key that lasts is not mentioned", async () => {
  const findings = await lookAtRecipients({ recipients: [recipient, shortRecipient] }, now);
  expect(findings).toEqual({ problems: [], warnings: [] });
});

test.each([
  [Date.UTC(2030, 3, 19), undefined],
  [Date.UTC(2030, 3, 21), "expires on 2030-06-01"],
  [Date.UTC(2030, 4, 31), "expires on 2030-06-01"],
])("at %d, a key that ends on the first of June is warned of: %s", async (time, words) => {
  const { problems, warnings } = await lookAtRecipients({ recipients: [recipient, shortRecipient] }, time);
  expect(problems).toEqual([]);
  expect(warnings).toEqual(
    words === undefined
      ? []
      : [
          expect.stringMatching(
            `^The key 50196356E77208F27C0F19EBE6EA3D9C833F171F in mastiff:backup.recipients.1. ${words}: `,
          ),
        ],
  );
});

test("a key that has expired is refused, with how to set it again beside all other parts", async () => {
  const parts = { schedule: "hourly", keep: { daily: 30 }, recipients: [recipient, shortRecipient] } as const;
  const { problems, warnings } = await lookAtRecipients(
    { ...parts, recipients: [...parts.recipients] },
    Date.UTC(2030, 5, 2),
  );
  expect(warnings).toEqual([]);
  expect(problems).toEqual([
    "The key 50196356E77208F27C0F19EBE6EA3D9C833F171F in mastiff:backup.recipients[1] has expired on 2030-06-01: it does not open backups that are taken later.\n" +
      "  fix     give it more time, and its subkeys too:  gpg --edit-key 50196356E77208F27C0F19EBE6EA3D9C833F171F expire\n" +
      "          then set it again:  pulumi config set-all --path --plaintext mastiff:backup.schedule=hourly --plaintext mastiff:backup.keep.daily=30 " +
      `--plaintext 'mastiff:backup.recipients[0]=${recipient}' ` +
      '--plaintext "mastiff:backup.recipients[1]=$(gpg --armor --export 50196356E77208F27C0F19EBE6EA3D9C833F171F)"',
  ]);
});

test("a recipient of several keys is exported with all of them again", async () => {
  const both = { recipients: [await armouredTogether(recipient, shortRecipient)] };
  const { problems } = await lookAtRecipients(both, Date.UTC(2030, 5, 2));
  const [lasting] = await publicKeysIn(recipient);
  expect(problems).toEqual([
    expect.stringContaining(
      `recipients[0]=$(gpg --armor --export ${lasting?.fingerprint} 50196356E77208F27C0F19EBE6EA3D9C833F171F)"`,
    ),
  ]);
});

test("a key whose subkey alone has expired is refused, too", async () => {
  const { publicKey } = await made({ subkeys: [seconds(50)] });
  expect((await lookAtRecipients({ recipients: [publicKey] }, today)).problems).toEqual([
    expect.stringContaining("has expired on"),
  ]);
});

test("a key that is revoked is refused, and one that only signs is warned of", async () => {
  const { privateKey } = (await made()) as unknown as { privateKey: string };
  const key = await readPrivateKey({ armoredKey: privateKey });
  const { publicKey } = await revokeKey({ key, format: "armored" } as unknown as Parameters<
    typeof revokeKey
  >[0]);
  expect((await lookAtRecipients({ recipients: [publicKey as unknown as string] }, today)).problems).toEqual([
    expect.stringContaining("in mastiff:backup.recipients[0] is revoked: no backup can be encrypted for it."),
  ]);
  const signing = await made({ subkeys: [{ sign: true }] });
  expect(await lookAtRecipients({ recipients: [signing.publicKey] }, today)).toEqual({
    problems: [],
    warnings: [expect.stringContaining("seems to have no part for encryption")],
  });
});

test("whom the last backup of an up is closed to is said, from the state", () => {
  expect(skippedIn(undefined)).toBeUndefined();
  expect(skippedIn({ app: "a", machine: "1", taken: null })).toBeUndefined();
  expect(skippedIn({ taken: { skipped: [] } })).toBeUndefined();
  expect(skippedIn({ taken: { skipped: ["AAAA", "BBBB"] } })).toContain(
    "The backups are not encrypted for AAAA, BBBB, of mastiff:backup.recipients:",
  );
});
