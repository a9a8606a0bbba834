import { assertEquals } from "@std/assert";
import { OwnWord } from "../../lib/server/own_word.ts";

Deno.test("a server knows what it said itself, and reads what others said", () => {
  const [one, other] = [new OwnWord("aaaa"), new OwnWord("bbbb")];
  const said = one.sign(Uint8Array.of(1, 2, 3));
  assertEquals(one.bodyOf(said), undefined);
  assertEquals(other.bodyOf(said), Uint8Array.of(1, 2, 3));
});

Deno.test("a word alone has nothing behind it", () => {
  const said = new OwnWord("aaaa").sign(new Uint8Array());
  assertEquals(new OwnWord("bbbb").bodyOf(said), new Uint8Array());
});

Deno.test("what is shorter than a word says nothing", () => {
  assertEquals(new OwnWord("bbbb").bodyOf(Uint8Array.of(0x62)), new Uint8Array());
});
