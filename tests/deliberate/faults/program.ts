/** Faults in the whole program, components/config/ and providers/shared/. */
import type { Fault } from "../fault.ts";

export const programFaults: readonly Fault[] = [
  {
    name: "machines-before-database",
    file: "components/fly/community-fly.ts",
    text: "after: [this.postgres.ready, this.redis.ready],",
    replacement: "after: [this.redis.ready],",
    what: "a missing order: the web machines no longer wait for the database",
  },
  {
    name: "ending-stays-protected",
    file: "components/stack/groundwork.ts",
    text: "const protect = (isKept(settings)",
    replacement: "const protect = ((settings.protect || isKept(settings))",
    what: "a protect that stays: `mastiff:destroy` no longer unprotects what it is about to end",
  },
  {
    name: "error-shows-secret",
    file: "components/config/read.ts",
    text: "const shown = (key: string) => (encrypted.has(key) ? undefined : raw[key]);",
    replacement: "const shown = (key: string) => raw[key];",
    what: "a secret in an error: a refused value is printed although it is stored encrypted",
  },
  {
    name: "errors-one-by-one",
    file: "components/config/read.ts",
    text: "problems.push(...ruleProblems(community, parsed",
    replacement: "if (problems.length === 0) problems.push(...ruleProblems(community, parsed",
    what: "errors in two helpings: rules between keys are only checked when every key is right by itself",
  },
  {
    name: "plain-secret-accepted",
    file: "components/config/schema.ts",
    text: '  "smtpPassword",\n  "secretEnv",\n];',
    replacement: '  "smtpPassword",\n];',
    what: "a key missing from a list: secret variables are accepted in plain text",
  },
  {
    name: "fix-without-secret-flag",
    file: "components/config/config-error.ts",
    text: 'isSecret ? " --secret" : ""',
    replacement: 'isSecret ? "" : ""',
    what: "a fix that does harm: the printed command stores a secret in plain text",
  },
  {
    name: "zone-by-ending",
    file: "components/config/rules.ts",
    text: "host === zone || host.endsWith(`.${zone}`)",
    replacement: "host === zone || host.endsWith(zone)",
    what: "an ending without its dot: `evil-acme.social` passes for a host in the zone `acme.social`",
  },
  {
    name: "scheduler-not-counted",
    file: "components/config/sizes.ts",
    text: "const scheduler = sidekiq.count > 1 ? schedulerThreads : 0;",
    replacement: "const scheduler = sidekiq.count > 2 ? schedulerThreads : 0;",
    what: "a bound off by one: the scheduler's connections are left out of the database's budget",
  },
  {
    name: "skipped-minor-let-through",
    file: "providers/rules/mastodon-version.ts",
    text: "return to[1] > from[1] + 1 ?",
    replacement: "return to[1] > from[1] + 2 ?",
    what: "a bound off by one: an upgrade may skip a minor release and the second half of its migrations",
  },
];
