/** Rules for the keys of the mirror of the uploads, and for what these keys have to agree with. */
import { nameProblem, nameRules } from "../../providers/rules/names.ts";
import type { ConfigProblem } from "./config-error.ts";
import { farewellBucket } from "./derived-names.ts";
import type { CommunitySettings, Parsed } from "./schema.ts";

const halves = ["mirrorAccessKeyId", "mirrorSecretAccessKey"] as const;

/** Problems in the combination of keys that are each valid on their own. */
export function mirrorProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const { uploadsMirror: mirror } = community;
  const { uploadsMirror: parts = {} } = parsed;
  const set = halves.filter((key) => parsed[key] !== undefined);
  if (mirror === undefined)
    return set.map((key) => ({
      key,
      reason: "applies only to a mirror of the uploads, and mastiff:uploadsMirror is not set",
      remove: true,
    }));
  const at = (part: string) => ({ key: "uploadsMirror", at: { part, parts: { ...parts } } });
  const problems: ConfigProblem[] = [];
  if (set.length === 1)
    problems.push({
      key: halves.find((key) => key !== set[0]) ?? "",
      reason: `a key has two halves: ${halves.join(" and ")}`,
    });
  if (mirror.s3 !== undefined) {
    if (parts.bucket === undefined)
      problems.push({
        ...at("bucket"),
        reason: "mastiff:uploadsMirror.s3 needs the name of your bucket there: Mastiff creates none",
      });
    if (parts.account !== undefined)
      problems.push({
        ...at("account"),
        value: parts.account,
        reason: "applies only to R2, and mastiff:uploadsMirror.s3 names another place",
        remove: true,
      });
  } else {
    const reason = nameProblem(nameRules.bucket, mirror.bucket) ?? takenFor(community);
    if (reason !== undefined) problems.push({ ...at("bucket"), value: mirror.bucket, reason });
  }
  const needs = mirror.s3?.endpoint ?? (parsed.r2AccessKeyId === undefined ? undefined : "R2");
  if (needs !== undefined && set.length === 0)
    problems.push(
      ...halves.map((key) => ({ key, reason: `${needs} needs a key of yours for the bucket of the mirror` })),
    );
  return problems;
}

/** What else the mirror's bucket in R2 is for; undefined: nothing. */
function takenFor({
  bucket,
  backup,
  cloudflareAccountId,
  uploadsMirror,
}: CommunitySettings): string | undefined {
  const others = [
    { account: cloudflareAccountId, name: bucket, use: "the uploads themselves" },
    { account: cloudflareAccountId, name: farewellBucket(bucket), use: "the last dump" },
    ...(backup === undefined || backup.s3 !== undefined
      ? []
      : [
          {
            account: backup.account,
            name: backup.bucket,
            use: "the backups, whose rules delete what is old",
          },
        ]),
  ];
  const other = others.find(
    ({ account, name }) => name === uploadsMirror?.bucket && account === uploadsMirror.account,
  );
  return other && `is the bucket of ${other.use}: the mirror needs a bucket of its own`;
}
