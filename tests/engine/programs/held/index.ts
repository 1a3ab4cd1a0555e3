/** One command that reads a file to its end. With a named pipe, the end is when the test closes it. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

export const said = new command.local.Command("said", {
  interpreter: ["/bin/sh", "-c"],
  create: 'cat "$FILE"; printf %s "$WORDS"',
  environment: { FILE: config.require("file"), WORDS: config.require("words") },
}).stdout;
