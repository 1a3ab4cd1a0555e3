/**
 * Answers for `npx mastiff new` on the local clouds: their addresses, their accounts, and a domain and an Owner to practise
 * with. In a shell that sourced the env file, the commands of the README then work as on the real clouds.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "./paths.ts";

/** The answers for the world that was started last. */
export const answersFile = join(scratch, "answers.yaml");

/** @param url base of the clouds, such as http://127.0.0.1:4640 */
export function writeAnswers(url: string): void {
  const answers = {
    "cloudflare:baseUrl": `${url}/client/v4`,
    endpoints: { fly: url, sendgrid: `${url}/sendgrid/v3`, r2: `${url}/r2`, internet: url },
    cloudflareAccountId: "00000000000000000000000000000d09",
    flyOrg: "mastiff",
    domain: "example.org",
    ownerUsername: "rex",
    ownerEmail: "rex@example.org",
    // What the doctor would advise: nobody else uses SendGrid's account here, and the zone has no DMARC record.
    sendgridAccountIsOurs: true,
    dmarcPolicy: "none",
  };
  const lines = [
    "# The world that npm run local or npm run demo started last: npx mastiff new --from .mastiff/answers.yaml",
    ...Object.entries(answers).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
  ];
  writeFileSync(answersFile, `${lines.join("\n")}\n`);
}
