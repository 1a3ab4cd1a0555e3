/** Stories about flyctl in which the login, the command line or a call of Fly's API fails. */

import { faultRule } from "../clouds/faults.ts";
import { line, running } from "./flyctl-lines.ts";
import type { Happening, Line, Story } from "./flyctl-side.ts";

/** Command lines that flyctl refuses, changes or answers with help. */
const lines: Story[] = [
  "",
  "--help",
  "version",
  "nope",
  "aps list",
  "apps",
  "apps nope",
  "apps --help",
  "help apps create",
  "apps create --help",
  "apps list --nope",
  "apps list -Z",
  "apps create --org",
  "machine exec",
  "machine run",
  "certs add",
  "secrets set",
  "ips release",
  "redis status",
  "scale count",
  "volumes create",
  "postgres attach",
  "fly apps list",
  "m list -a nope",
  "machines ls -a nope",
  "pg ls",
  "app ls -j",
  "apps ls --json=false",
  "apps list --json=maybe",
  "apps create -o mastiff -- web",
  "apps create web extra",
  "ips list --app nope",
  "ips list -anope",
].map((text) => ({ name: `line: flyctl ${text}`, steps: [line(text)] }));

const refused = [
  "apps list",
  "apps create web -o mastiff",
  "machine list -a web",
  "secrets list -a web",
  "certs list -a web --json",
  "volumes list -a web",
  "ips list -a web",
  "redis list",
  "postgres list",
  "platform regions",
  "auth whoami",
  "deploy -c web.toml --image alpine:3.20",
];

const logins: Story[] = [
  {
    name: "nobody is logged in",
    files: running.files,
    steps: refused.map((text) => line(text, { token: "" })),
  },
  {
    name: "a token that Fly does not know",
    files: running.files,
    steps: refused.map((text) => line(text, { token: "unknown" })),
  },
];

interface Fault {
  method?: string;
  path?: string;
  body?: string;
  times?: number;
  when?: "before" | "after";
  action: object;
}

/** Makes a call of Fly's API fail from now on. */
function fails(fault: Fault): Happening {
  return ({ faults }) => faults.set([faultRule.parse({ cloud: "fly", when: "before", ...fault })]);
}

const ways: Record<string, object> = {
  "429": { status: 429, body: { error: "too many requests" } },
  "500": { status: 500, body: { error: "internal" } },
  "502": { status: 502, body: "<html>bad gateway</html>" },
  "404": { status: 404, body: { error: "not found" } },
  "a cut": { cut: true },
  "half an answer": { malformed: true },
};

/** Every way to fail, once and permanently. Only reads get a 502, because a repeated POST may lose its body. */
function everyWay(name: string, before: Story["steps"], asked: Line[]): Story[] {
  const isRead = ({ args }: Line) => args.join(" ") === "machine list -a web";
  const fitting = Object.entries(ways).filter(([way]) => way !== "502" || asked.every(isRead));
  return fitting.flatMap(([way, action]) =>
    [1, -1].map((times) => ({
      name: `${way} ${times === 1 ? "once" : "for good"}: ${name}`,
      files: running.files,
      steps: [...before, ...asked.flatMap((one) => [fails({ times, action }), one])],
    })),
  );
}

/** One call in the middle of a command fails. */
function amid(name: string, before: Story["steps"], asked: Line, targets: Partial<Fault>[]): Story[] {
  return targets.flatMap((target) =>
    ["500", "429", "a cut"].map((way) => ({
      name: `${way} ${target.when ?? "before"} ${target.method ?? ""} ${target.path ?? ""} ${target.body ?? ""}: ${name}`,
      files: running.files,
      steps: [
        ...before,
        fails({ ...target, action: ways[way] ?? {} }),
        asked,
        line("machine list -a web --json"),
      ],
    })),
  );
}

const webApp = line("apps create web -o mastiff");

const calls: Story[] = [
  ...everyWay("a GraphQL read", [webApp], [line("apps list")]),
  ...everyWay("one read", [webApp], [line("machine list -a web")]),
  ...everyWay(
    "changes",
    [],
    [
      line("apps create web -o mastiff"),
      line("secrets set A=1 -a web --stage"),
      line("certs add www.mastiff.party -a web --json"),
      line("ips allocate-v6 -a web"),
    ],
  ),
  ...amid(
    "machine run",
    [webApp],
    line("machine run alpine:3.20 -a web --restart no --detach -- sleep inf"),
    [
      { path: "/builds$" },
      { body: "imageRef" },
      { method: "POST", path: "/machines$" },
      { method: "POST", path: "/machines$", when: "after" },
      { path: "/wait" },
    ],
  ),
  ...amid("deploy", running.steps, line("deploy -c web.toml --image alpine:3.20 --dns-checks=false -e A=b"), [
    { method: "POST", path: "/releases$" },
    { method: "PATCH", path: "/releases/" },
    { method: "POST", path: "/machines/[^/]*$" },
    { method: "POST", path: "/machines/[^/]*$", when: "after" },
    { method: "POST", path: "/lease" },
    { method: "DELETE", path: "/lease" },
    { path: "/wait" },
  ]),
  ...amid(
    "postgres create",
    [webApp],
    line(
      "postgres create -n pg -o mastiff -r ams --initial-cluster-size 1 --vm-size shared-cpu-1x --volume-size 1 --detach",
    ),
    [
      { method: "POST", path: "/volumes$" },
      { method: "POST", path: "/machines$" },
      { method: "POST", path: "/secrets$" },
      { body: "issueCertificate" },
      { body: "latestImageTag" },
    ],
  ),
  ...amid(
    "redis create",
    [webApp],
    line(
      "redis create -n cache -o mastiff -r ams --no-replicas --disable-eviction --enable-auto-upgrade=false --enable-prodpack=false",
    ),
    [{ body: "CreateAddOn" }, { body: "CreateAddOn", when: "after" }],
  ),
  ...amid("apps destroy", [webApp], line("apps destroy web -y"), [
    { method: "DELETE", path: "/apps/web$" },
    { method: "DELETE", path: "/apps/web$", when: "after" },
  ]),
  ...amid("machine stop", running.steps, line("machine stop {machine} -a web"), [
    { path: "/stop$" },
    { method: "POST", path: "/lease" },
  ]),
];

/** Failures that leave something incomplete, and the runs after them. */
const half: Story[] = [
  {
    name: "half there: a Postgres app without a machine",
    steps: [
      fails({ method: "POST", path: "/machines$", action: ways["500"] ?? {} }),
      ...[
        "postgres create -n pg -o mastiff -r ams --initial-cluster-size 1 --vm-size shared-cpu-1x --volume-size 1",
        "postgres list",
        "volumes list -a pg --json",
        "machine list -a pg",
        "postgres attach pg -a pg -y",
        "apps destroy pg -y",
      ].map((text) => line(text)),
    ],
  },
  {
    name: "half there: an app whose creation was not heard of",
    steps: [
      fails({ method: "POST", path: "/apps$", when: "after", action: { cut: true } }),
      line("apps create web -o mastiff"),
      line("apps create web -o mastiff"),
      line("apps list"),
    ],
  },
  {
    name: "half there: a deployment that stopped in the middle",
    files: running.files,
    steps: [
      ...running.steps,
      fails({ method: "POST", path: "/machines/[^/]*$", action: ways["500"] ?? {} }),
      line("deploy -c web.toml --image alpine:3.20 --dns-checks=false -e A=b"),
      line("releases -a web"),
      line("secrets set S=1 -a web --stage"),
      line("secrets list -a web"),
      line("secrets deploy -a web"),
      line("scale show -a web --json"),
    ],
  },
  {
    name: "half there: Redis that was made without an answer",
    steps: [
      fails({ body: "CreateAddOn", when: "after", action: { cut: true } }),
      line(
        "redis create -n cache -o mastiff -r ams --no-replicas --disable-eviction --enable-auto-upgrade=false --enable-prodpack=false",
      ),
      line(
        "redis create -n cache -o mastiff -r ams --no-replicas --disable-eviction --enable-auto-upgrade=false --enable-prodpack=false",
      ),
      line("redis status cache"),
    ],
  },
];

export const failures: Story[] = [...lines, ...logins, ...calls, ...half];
