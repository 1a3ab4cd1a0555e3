import { z } from "zod";
import { type CloudClient, orGone, postAfterLook } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import { accountId, bucketName, jurisdiction } from "./bucket-inputs.ts";
import type { Envelope } from "./client.ts";
import { reachInputs } from "./reach-inputs.ts";

const inputs = z.object({
  accountId,
  bucket: bucketName,
  jurisdiction,
  ...reachInputs,
});

type Inputs = z.infer<typeof inputs>;
type Outputs = Record<never, never>;

const pathOf = ({ accountId }: Inputs) => `/accounts/${accountId}/r2/buckets`;
/** A bucket of another jurisdiction is another bucket, even under the same name. */
const lawOf = ({ jurisdiction }: Inputs) => ({ "cf-r2-jurisdiction": jurisdiction });

function look(cloud: CloudClient, wanted: Inputs): Promise<Envelope<unknown> | undefined> {
  const path = `${pathOf(wanted)}/${wanted.bucket}`;
  return orGone(cloud.request<Envelope<unknown>>("GET", path, { headers: lawOf(wanted) }));
}

/** A bucket that is made unless it exists, and stays when its stack is destroyed. */
export const keptBucket: Kind<Inputs, Outputs, () => CloudClient> = {
  inputs,
  replacedBy: ["accountId", "bucket", "jurisdiction"],

  async create(connect, wanted) {
    const cloud = connect();
    // An existing bucket is left from an earlier ending. Nothing in it is read, changed or removed.
    if ((await look(cloud, wanted)) === undefined) {
      const call = { body: { name: wanted.bucket }, headers: lawOf(wanted) };
      await postAfterLook(
        () => cloud.request<Envelope<unknown>>("POST", pathOf(wanted), call),
        () => look(cloud, wanted),
      );
    }
    return { id: wanted.bucket, outs: {} };
  },

  async read(connect, _id, state) {
    return (await look(connect(), state)) === undefined ? undefined : {};
  },

  async update() {
    return {};
  },

  async remove() {},
};
