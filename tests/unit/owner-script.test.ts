/** scripts/owner.rb in a real Ruby: it opens what the driver has sealed. What Rails has is played. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { railsRunner } from "../../providers/fly/release/rails.ts";
import { sealed } from "../../providers/fly/things/sealed.ts";

const ruby = spawnSync("ruby", ["-e", "exit(RUBY_VERSION.to_f < 3 ? 1 : 0)"]).status === 0;

/** An account that exists, whose new password is printed. */
const rails = `
require 'json'
Role = Struct.new(:id)
class UserRole
  def self.find_by!(name:) = Role.new(3)
end
class Session
  def destroy_all = nil
end
class User
  def email = 'rex@acme.social'
  def role_id = 3
  def session_activations = Session.new
  def update!(password:) = puts("password: #{password}")
  def approve! = nil
end
class Account
  def self.find_local(_name) = new
  def user = User.new
end
`;

const keyBase = "0123456789abcdef".repeat(8);
const run = (sealedWith: string) => {
  const [, , , , script = ""] = railsRunner("owner");
  return spawnSync("ruby", ["-e", rails + script], {
    encoding: "utf8",
    input: "",
    env: {
      PATH: process.env.PATH ?? "",
      SECRET_KEY_BASE: keyBase,
      OWNER_USERNAME: "rex",
      OWNER_EMAIL: "rex@acme.social",
      OWNER_SEALED: sealed("planted1password2grüße", sealedWith),
      OWNER_ROTATE: "1",
    },
  });
};

describe.skipIf(!ruby)("the owner's script (without Ruby 3 on PATH it is left out)", () => {
  test("has the password that the driver has sealed with the app's key", () => {
    const { stdout, stderr } = run(keyBase);
    expect(stdout, stderr).toBe('password: planted1password2grüße\n{"result":"rotated","username":"rex"}\n');
  });

  test("gives no account a password when another key has sealed it", () => {
    const { status, stdout, stderr } = run("another key");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("OpenSSL::Cipher::CipherError");
  });
});

test("the same value is sealed in another way each time, and shows nothing of itself", () => {
  const [one, other] = [sealed("planted1password2here", keyBase), sealed("planted1password2here", keyBase)];
  expect(one).not.toBe(other);
  expect(Buffer.from(one, "base64").toString("latin1")).not.toContain("planted");
});
