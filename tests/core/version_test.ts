import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../lib/core/version.ts";

const DENO_JSON = new URL("../../deno.json", import.meta.url);

Deno.test("VERSION is the one in deno.json", { permissions: { read: [DENO_JSON] } }, async () => {
  const { version } = JSON.parse(await Deno.readTextFile(DENO_JSON));
  assertEquals(VERSION, version);
  assertMatch(VERSION, /^\d+\.\d+\.\d+$/);
});
