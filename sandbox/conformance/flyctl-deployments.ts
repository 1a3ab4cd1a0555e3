/** Stories about deployments with flyctl, from the first to the last, and about fly.toml. */
import { line, sleepToml } from "./flyctl-lines.ts";
import type { Story } from "./flyctl-side.ts";

const webToml = `app = "web"
primary_region = "ams"
kill_signal = "SIGTERM"
[build]
  image = "ghcr.io/mastodon/mastodon-streaming:v4.5.3"
[env]
  NODE_ENV = "production"
[http_service]
  internal_port = 4000
  force_https = true
  auto_stop_machines = "off"
  min_machines_running = 1
  [http_service.concurrency]
    type = "connections"
    soft_limit = 200
    hard_limit = 250
  [[http_service.checks]]
    interval = "3s"
    timeout = "2s"
    grace_period = "1s"
    method = "GET"
    path = "/api/v1/streaming/health"
[[vm]]
  size = "shared-cpu-1x"
`;

const groupsToml = `app = "groups"
primary_region = "ams"
[processes]
  web = "sleep inf"
  worker = "sleep 1000"
[[vm]]
  memory = "512mb"
  processes = ["web"]
`;

const releaseToml = (command: string) => `app = "jobs"
primary_region = "ams"
[deploy]
  release_command = "${command}"
[processes]
  app = "sleep inf"
`;

const volumeToml = `app = "disk"
primary_region = "ams"
[processes]
  app = "sleep inf"
[mounts]
  source = "data"
  destination = "/data"
`;

export const deployments: Story[] = [
  {
    name: "a web app's life",
    files: { "web.toml": webToml, "more.toml": webToml.replace("shared-cpu-1x", "shared-cpu-2x") },
    steps: [
      "apps create web -o mastiff",
      "config validate -c web.toml --strict",
      "deploy -c web.toml --ha=false --dns-checks=false",
      "machine list -a web --json",
      "releases -a web --image",
      "config show -a web",
      "config show -a web --toml",
      "deploy -c more.toml --ha=false --dns-checks=false --env A=b",
      "scale show -a web",
      "scale show -a web --json",
      "secrets set S=1 -a web --dns-checks=false",
      "secrets list -a web",
      "scale vm shared-cpu-1x -a web",
      "scale memory 512 -c more.toml",
      "scale memory 100 -a web",
      "logs -a web --no-tail",
      "apps destroy web -y",
    ].map((text) => line(text)),
  },
  {
    name: "two process groups, more and less of them",
    files: { "fly.toml": groupsToml },
    parallel: true,
    steps: [
      "apps create groups -o mastiff",
      "deploy --image alpine:3.20 --dns-checks=false",
      "scale count 3",
      "scale count web=3 worker=1 -y",
      "scale count web=3 worker=1 -y",
      "scale count web=+1 -r ams,fra -y",
      "scale count nope=1 -y",
      "scale count x -y",
      "scale vm shared-cpu-1x",
      "scale vm shared-cpu-2x --process-group worker",
      "scale show",
      "deploy --image alpine:3.20 --dns-checks=false --strategy immediate",
    ].map((text) => line(text)),
  },
  {
    name: "a release command",
    files: { "fly.toml": releaseToml("true"), "bad.toml": releaseToml("sh -c 'exit 7'") },
    steps: [
      "apps create jobs -o mastiff",
      "deploy --image alpine:3.20 --ha=false --dns-checks=false",
      "deploy -c bad.toml --image alpine:3.20 --ha=false --dns-checks=false",
      "releases",
      "deploy --image alpine:3.20 --ha=false --dns-checks=false --skip-release-command",
    ].map((text) => line(text)),
  },
  {
    name: "a volume that deployments keep",
    files: { "fly.toml": volumeToml },
    parallel: true,
    steps: [
      "apps create disk -o mastiff",
      "deploy --image alpine:3.20 --dns-checks=false",
      "volumes list --json",
      "deploy --image alpine:3.20 --dns-checks=false",
      "scale count 2",
      "scale count 2 -y",
      "scale count 0 -y",
      "volumes list --json",
      "scale count 1 -y",
      "machine list --json",
    ].map((text) => line(text)),
  },
  {
    name: "deployments that cannot be",
    files: { "web.toml": sleepToml, "half.toml": 'app = "web"\n[http_service]\ninternal_port = "x"\n' },
    steps: [
      "deploy -c web.toml --image alpine:3.20",
      "apps create web -o mastiff",
      "deploy -c web.toml",
      "deploy -c web.toml --image nope:1",
      "deploy -c nope.toml --image alpine:3.20",
      "deploy -c half.toml --image alpine:3.20",
      "deploy -c web.toml --image alpine:3.20 --strategy nope",
      "deploy --image alpine:3.20",
    ].map((text) => line(text)),
  },
  {
    name: "configs right and wrong",
    files: {
      "ok.toml": webToml,
      "type.toml": 'app = "web"\nkill_timeout = "abc"\n',
      "key.toml": `${webToml}\n[nonsense]\nkey = 1\n`,
      "check.toml": 'app = "web"\n[checks.up]\nport = 1\n',
      "group.toml": `${groupsToml}[[services]]\ninternal_port = 80\nprocesses = ["nope"]\n`,
      "region.toml": 'app = "web"\nprimary_region = 3\n',
      "syntax.toml": 'app = "web"\n[env\n',
    },
    steps: [
      ...["ok", "type", "key", "check", "group", "region"].flatMap((name) => [
        line(`config validate -c ${name}.toml`),
        line(`config validate -c ${name}.toml --strict`),
      ]),
      line("config validate -c syntax.toml", { ownWords: true }),
      line("config validate -c nope.toml"),
      line("config validate"),
      line("config show -c ok.toml --local"),
      line("config show -c ok.toml --local --toml"),
    ],
  },
];
