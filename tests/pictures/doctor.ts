/** What the doctor says of a community with three causes of trouble, over real TLS, DNS and WebSockets of this machine. */
import { inInspection } from "../../checks/inspector.ts";
import { wellWorld } from "../support/doctor-world.ts";
import { localInternet } from "../support/local-internet.ts";
import { runMastiff } from "../support/mastiff.ts";

/** The command, as a person types it. */
export const doctorLine = "npx mastiff doctor --domain acme.social";

/** Both streams of the command, in the order of a terminal. */
export async function doctorSays(): Promise<string> {
  const world = wellWorld();
  world.certificates["streaming.acme.social"] = { daysLeft: 2 };
  world.pages["https acme.social/health"] = { status: 503, body: "" };
  delete world.records["_dmarc.acme.social TXT"];
  await using internet = await localInternet();
  const { stderr, stdout } = await internet.look(world, (inspection) =>
    inInspection(inspection, () =>
      runMastiff(doctorLine.split(" ").slice(2), { pulumi: undefined, flyctl: nobody }),
    ),
  );
  return `${stderr}\n${stdout}`;
}

const nobody = async () => {
  throw new Error("a look from outside needs no flyctl");
};
