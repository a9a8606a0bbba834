import { assertEquals } from "@std/assert";
import { MaskedBytes } from "../../lib/wire/masked_bytes.ts";
import { secretMembers } from "../../lib/wire/masked_json.ts";
import { TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";

Deno.test("MaskedBytes hides spans in the bytes one to one, and in texts whatever their length", {
  permissions: "none",
}, () => {
  const bytes = latin1("abcdefgh");
  const masked = new MaskedBytes(bytes, [{ start: 5, end: 7 }, { start: 1, end: 2 }]);
  assertEquals(new TextDecoder().decode(masked.bytes), "a*cde**h");
  assertEquals(masked.text(), "a********cde********h");
  assertEquals(masked.text(2, 5), "cde");
  assertEquals(masked.text(0, 6), "a********cde********");
  assertEquals(masked.text(6), "********h");
  assertEquals(bytes, latin1("abcdefgh"), "what came stays as it is");
});

Deno.test("MaskedBytes joins what overlaps or touches, and forgets what is empty", {
  permissions: "none",
}, () => {
  const spans = [{ start: 4, end: 6 }, { start: 0, end: 2 }, { start: 2, end: 3 }, {
    start: 5,
    end: 8,
  }, { start: 9, end: 9 }];
  const { hidden } = new MaskedBytes(latin1("0123456789"), spans);
  assertEquals(hidden, [{ start: 0, end: 3 }, { start: 4, end: 8 }]);
});

Deno.test("MaskedBytes finds room tokens by themselves", { permissions: "none" }, () => {
  assertEquals(new MaskedBytes(latin1(`a ${TOKEN} b`), []).text(), "a ******** b");
});

Deno.test("secretMembers() lets names and outcomes be seen, and nothing else", {
  permissions: "none",
}, () => {
  const answers: readonly (readonly [string, string])[] = [
    ['{"success": 0, "error": "no \\"x\\""}', '{"success": 0, "error": "no \\"x\\""}'],
    ['{"rooms": [{"room": "a", "members": 2}]}', '{"rooms": [{"room": "a", "members": 2}]}'],
    ['{"token": "t"}', '{"token": "********"}'],
    ['{"username": "ann"}', '{"********": "********"}'],
  ];
  const requests: readonly (readonly [string, string])[] = [
    ['{"username": "ann"}', '{"username": "ann"}'],
    ['{"username": ["ann"]}', "********"],
    ['{"error": "no"}', '{"********": "********"}'],
    ['{"password": "p"}', '{"password": "********"}'],
    ['{"password": 123}', '{"password": ********}'],
    ['{"password": true}', '{"password": true}'],
    ['{"pin": "1"}', '{"********": "********"}'],
    ["[1]", "********"],
    ['{"username": "ann"', "********"],
  ];
  for (const [from, seen] of [["server", answers], ["client", requests]] as const) {
    for (const [payload, text] of seen) {
      const bytes = latin1(payload);
      assertEquals(new MaskedBytes(bytes, secretMembers(bytes, from)).text(), text);
    }
  }
});
