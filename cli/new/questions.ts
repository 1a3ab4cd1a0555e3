/** What `mastiff new` has to know: keys of config, with an option each, and the words of a person's terminal. */

import { appOf } from "../../components/config/derived-names.ts";

/** Texts by key of config, as Pulumi stores them: without a namespace for Mastiff's own keys, with it for others. */
export type Answers = Readonly<Record<string, string>>;

/** Something that has to be known. */
export interface Question {
  /** Of config, without the namespace. */
  key: string;
  /** Its option, without the dashes. Undefined: a secret, which is no word of a command line. */
  option?: string;
  valueHint: string;
  /** In the help, and on the terminal. */
  words: string;
  /** What is taken when nothing is said. Undefined: an answer is needed. */
  usual?: (answers: Answers) => string | undefined;
  /** Whether its usual answer leaves the key unset. Default: the answer is written in any case. */
  isUnset?: boolean;
  /** Whether it arises at all. Default: it does. */
  arises?: (answers: Answers) => boolean;
  /** Whether a person is asked. Default: yes. If not, only where the answer is at fault. */
  isAsked?: boolean;
  /** Variable that has the answer, if it is a secret. */
  variable?: string;
}

/** The answer that means SendGrid. */
export const sendgrid = "sendgrid";

const hasServer = ({ smtpServer = sendgrid }: Answers) => smtpServer !== sendgrid;
const hasLogin = (answers: Answers) => hasServer(answers) && answers.smtpAuth !== "none";

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    key: "domain",
    option: "domain",
    valueHint: "name",
    words: "domain of the community, which is permanent",
  },
  {
    key: "zone",
    option: "zone",
    valueHint: "name",
    words: "Cloudflare zone that contains the domain",
    usual: ({ domain }) => domain,
    isUnset: true,
  },
  {
    key: "zoneMode",
    option: "zone-mode",
    valueHint: "mode",
    words: "how the stack holds the zone: owned, shared or created",
    isAsked: false,
  },
  {
    key: "cloudflareAccountId",
    option: "cloudflare-account",
    valueHint: "id",
    words: "id of the Cloudflare account: 32 digits, on its overview page",
  },
  {
    key: "flyOrg",
    option: "fly-org",
    valueHint: "slug",
    words: "Fly organisation, as fly orgs list shows it",
  },
  {
    key: "app",
    option: "app",
    valueHint: "name",
    words: "name of the web app on Fly, where that of the domain is taken",
    usual: ({ domain }) => (domain === undefined ? undefined : appOf(domain)),
    isUnset: true,
    isAsked: false,
  },
  {
    key: "region",
    option: "region",
    valueHint: "code",
    words: "Fly region, as fly platform regions lists it",
    usual: () => "ams",
  },
  {
    key: "preset",
    option: "preset",
    valueHint: "size",
    words: "size: tiny (50 people), guide, small (500) or medium (5,000)",
    usual: () => "tiny",
  },
  {
    key: "smtpServer",
    option: "mail",
    valueHint: "host",
    words: "mail: sendgrid, or the host of a mail server",
    usual: () => sendgrid,
    isUnset: true,
  },
  {
    key: "smtpPort",
    option: "smtp-port",
    valueHint: "port",
    words: "port of the mail server",
    usual: () => "587",
    arises: hasServer,
  },
  {
    key: "smtpLogin",
    option: "smtp-login",
    valueHint: "login",
    words: "login at the mail server",
    arises: hasLogin,
  },
  {
    key: "smtpPassword",
    valueHint: "password",
    words: "password at the mail server",
    arises: hasLogin,
    variable: "MASTIFF_SMTP_PASSWORD",
  },
  {
    key: "ownerUsername",
    option: "owner",
    valueHint: "name",
    words: "user name of the first account, which is the Owner's",
  },
  { key: "ownerEmail", option: "email", valueHint: "address", words: "e-mail address of the Owner" },
];

/** How an answer is given outside a terminal: an option, a variable, or a line in the file of `--from`. */
export function wayOf(key: string, value: string): string {
  const question = questions.find((one) => one.key === key);
  if (question?.option !== undefined) return `--${question.option} ${value}`;
  return question?.variable === undefined
    ? `in the file of --from:  ${key}: ${value}`
    : `export ${question.variable}=${value}`;
}

/** The questions that arise, need an answer and have none. */
export function missingIn(answers: Answers): Question[] {
  return questions.filter(
    ({ key, usual, arises, isAsked }) =>
      isAsked !== false && usual === undefined && arises?.(answers) !== false && answers[key] === undefined,
  );
}

/** The answers, with the usual one where none was given. */
export function withUsual(given: Answers): Answers {
  const answers: Record<string, string> = { ...given };
  for (const { key, usual, arises } of questions) {
    const taken = arises?.(answers) === false ? undefined : usual?.(answers);
    if (taken !== undefined) answers[key] ??= taken;
  }
  return answers;
}

/** What config says for these answers. */
export function configFor(answers: Answers): Answers {
  const isLeftOut = (key: string, value: string) => {
    // They may come from the environment, before anybody says that there is a server.
    if (["smtpLogin", "smtpPassword"].includes(key) && !hasServer(answers)) return true;
    const question = questions.find((one) => one.key === key);
    return question?.isUnset === true && question.usual?.(answers) === value;
  };
  return Object.fromEntries(Object.entries(answers).filter(([key, value]) => !isLeftOut(key, value)));
}
