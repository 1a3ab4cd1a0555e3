/** Resources of the providers that need no cloud; config says how they are, and how the program ends. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const config = new pulumi.Config();
const word = config.require("word");

console.log(`1 word ${word}\n2 dry ${pulumi.runtime.isDryRun()}`);
if (config.get("end") === "error") throw new pulumi.RunError("told to fail");
if (config.get("end") === "exit") process.exit(3);

const password = new random.RandomPassword("password", {
  length: 20,
  keepers: { generation: config.get("generation") ?? "1" },
});
const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const said = new command.local.Command("said", {
  create: config.get("create") ?? 'echo "created $WORD"',
  update: 'echo "updated $WORD after $PULUMI_COMMAND_STDOUT"',
  delete: config.get("delete") ?? "true",
  environment: { WORD: word },
});
const hidden = new command.local.Command(
  "hidden",
  {
    create: "cat",
    stdin: pulumi.secret(pulumi.interpolate`${password.result}:${said.stdout}`),
    logging: "none",
  },
  { additionalSecretOutputs: ["stdout"] },
);

export const passwordLength = password.result.apply((value) => value.length);
export const publicKey = key.publicKeyOpenssh;
export const out = said.stdout;
export const hiddenOut = hidden.stdout;
export const seen = command.local.runOutput({ command: 'echo "$FROM_THE_SHELL"' }).stdout;
export const secret = config.requireSecret("secret");
