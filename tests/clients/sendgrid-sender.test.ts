import { expect, test } from "vitest";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { baseUrl, clouds, lost, useSendgrid } from "./sendgrid-fixture.ts";

useSendgrid();

const sender = (more: Props = {}): Props => ({
  kind: "SingleSender",
  nickname: "mastiff mastiff/test",
  email: "owner@mastiff.party",
  name: "Mastiff",
  replyTo: "owner@mastiff.party",
  address: "1 Dog Street",
  city: "Amsterdam",
  country: "Netherlands",
  baseUrl: baseUrl(),
  ...more,
});

test("a sender waits for a click, is found again, changes and leaves", async () => {
  const { id, outs } = await provider.create(sender());
  expect(outs).toMatchObject({ verified: false, adopted: false });
  expect(await provider.create(sender())).toEqual({ id, outs });

  const changed = await provider.update(id, outs, sender({ city: "Utrecht" }));
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toMatchObject([
    { city: "Utrecht" },
  ]);
  const { props = {} } = await provider.read(id, outs);
  expect(props.city).toBe("Utrecht");
  expect(
    (await provider.diff(id, changed.outs, sender({ email: "b@mastiff.party" }))).deleteBeforeReplace,
  ).toBe(true);

  await provider.remove(id, outs);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toEqual([]);
  expect((await provider.read(id, outs)).id).toBe("");
});

test("a sender whose answer was lost is found, not made twice", async () => {
  await clouds.faults({ method: "POST", path: "/verified_senders$", ...lost });
  expect((await provider.create(sender())).outs.adopted).toBe(false);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toHaveLength(1);
});

test("somebody else's sender is used as it is, and stays", async () => {
  const theirs = {
    nickname: "office",
    from_email: "Owner@mastiff.party",
    reply_to: "x@mastiff.party",
    city: "Rome",
  };
  await clouds.ask("sendgrid", "POST", "/verified_senders", theirs);
  const { id, outs } = await provider.create(sender());
  expect(outs.adopted).toBe(true);
  await provider.update(id, outs, sender({ city: "Utrecht" }));
  expect((await provider.diff(id, (await provider.read(id, outs)).props ?? {}, sender())).changes).toBe(
    false,
  );
  await provider.remove(id, outs);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toMatchObject([
    { city: "Rome" },
  ]);
});

test("our sender is found behind a hundred others", async () => {
  const others = Array.from({ length: 100 }, (_, n) => `office-${n}@mastiff.party`);
  for (const email of others)
    await clouds.ask("sendgrid", "POST", "/verified_senders", {
      nickname: email,
      from_email: email,
      reply_to: email,
    });
  const made = await provider.create(sender());
  expect(await provider.create(sender())).toEqual(made);
  expect((await clouds.ask("sendgrid", "GET", "/verified_senders")).results).toHaveLength(101);
});
