import { assertEquals, assertStringIncludes } from "@std/assert";
import { shortageReason } from "../../lib/net/system_error.ts";

Deno.test("shortageReason() knows what is lacking here from what is wrong elsewhere", {
  permissions: "none",
}, () => {
  const failure = (code: string): Error => Object.assign(new Error("os error"), { code });
  assertStringIncludes(shortageReason(failure("EMFILE"))!, "ulimit -n");
  assertStringIncludes(shortageReason(failure("ENFILE"))!, "this machine");
  for (const code of ["ECONNREFUSED", "ETIMEDOUT"]) {
    assertEquals(shortageReason(failure(code)), undefined);
  }
  assertEquals(shortageReason("no error at all"), undefined);
});
