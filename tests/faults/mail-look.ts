/**
 * Looks at mail in a process of its own, as the program does: `node tests/faults/mail-look.ts`, with what to look at and
 * `baseUrl` as JSON on stdin. The answer is one JSON document on stdout.
 */
import { json } from "node:stream/consumers";
import { sendgridClient } from "../../providers/sendgrid/client.ts";
import { lookAtMail, type MailLookSpec } from "../../providers/sendgrid/look.ts";

const { baseUrl, ...spec } = (await json(process.stdin)) as MailLookSpec & { baseUrl: string };
const cloud = sendgridClient([process.env.SENDGRID_API_KEY ?? ""], baseUrl, { tries: 2 });
process.stdout.write(`${JSON.stringify(await lookAtMail(cloud, spec))}\n`);
