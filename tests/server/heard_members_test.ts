import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeHeard, type HeardMember, parseHeard } from "../../lib/server/heard_members.ts";

const members: fc.Arbitrary<HeardMember[]> = fc.array(
  fc.tuple(fc.string({ unit: "binary" }), fc.nat()),
);

Deno.test("encodeHeard() and parseHeard() agree, whatever tokens are", () => {
  fc.assert(fc.property(members, (told) => {
    assertEquals(encodeHeard(told).flatMap(parseHeard), told);
  }));
});

Deno.test("encodeHeard() tells many in messages of bounded length", () => {
  const told = Array.from({ length: 2500 }, (_, at) => [`token_${at}`, at] as const);
  const messages = encodeHeard(told);
  assertEquals(messages.map((message) => parseHeard(message).length), [1000, 1000, 500]);
  assertEquals(messages.flatMap(parseHeard), told);
  assertEquals(encodeHeard([]), []);
});

Deno.test("parseHeard() leaves out what is no member", () => {
  const parse = (text: string): HeardMember[] => parseHeard(new TextEncoder().encode(text));
  for (const text of ["", "[", "7", "{}", "null", '"[]"', "token_0"]) assertEquals(parse(text), []);
  assertEquals(
    parse('[["a",1],["b",-1],["c","1"],["d"],["e",1,2],[5,1],null,"f",["g",null],["h",0.5]]'),
    [["a", 1], ["h", 0.5]],
  );
});
