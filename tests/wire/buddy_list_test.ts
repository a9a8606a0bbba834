import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { canonicalIp } from "../../lib/core/ip_address.ts";
import { MAX_DATAGRAM_BYTES } from "../../lib/core/limits.ts";
import type { BuddyPresence, PresenceStatus } from "../../lib/core/presence.ts";
import { buddyLine, buddyListText, parseBuddyList } from "../../lib/wire/buddy_presence.ts";
import { ANSWER_SAMPLES, FOREIGN_ANSWER_SAMPLES } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { join, trickyBytes } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

for (const { name, bytes, expected } of ANSWER_SAMPLES) {
  Deno.test(`buddyListText(): ${name}`, { permissions: "none" }, () => {
    assertEquals(latin1(buddyListText(expected)), bytes);
  });
  Deno.test(`parseBuddyList(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parseBuddyList(bytes), expected);
  });
}

for (const { name, bytes, expected } of FOREIGN_ANSWER_SAMPLES) {
  Deno.test(`parseBuddyList(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parseBuddyList(bytes), expected);
  });
}

Deno.test("parseBuddyList(): whole lines before and after a sample stay, whatever the sample is", {
  permissions: "none",
}, () => {
  const other: BuddyPresence<string> = { buddy: "zoe", status: "OFFLINE" };
  const line = latin1(buddyLine(other));
  for (const { name, bytes, expected } of [...ANSWER_SAMPLES, ...FOREIGN_ANSWER_SAMPLES]) {
    const between = join([line, bytes, latin1("\n"), line]);
    assertEquals(parseBuddyList(between), [other, ...expected, other], name);
  }
});

Deno.test("parseBuddyList(): an answer cut anywhere still gives its whole lines", {
  permissions: "none",
}, () => {
  // A client that reads only the first 1024 bytes cuts the answer like this.
  for (const { name, bytes, expected } of ANSWER_SAMPLES) {
    for (let length = 0; length < bytes.length; length++) {
      const whole = bytes.subarray(0, length).filter((byte) => byte === 10).length;
      const read = parseBuddyList(bytes.subarray(0, length));
      assertEquals(read.slice(0, whole), expected.slice(0, whole), `${name}, ${length} bytes`);
      assert(read.length <= whole + 1);
    }
  }
});

const statuses = fc.constantFrom<PresenceStatus>("ONLINE", "OFFLINE", "AWAY");
const addresses = fc.record({
  ip: fc.oneof(fc.ipV4(), fc.ipV6()).map(canonicalIp),
  port: fc.nat({ max: 65_535 }),
});
const entries: fc.Arbitrary<BuddyPresence<string>> = fc.oneof(
  fc.record({ buddy: userIds, status: statuses, address: addresses }),
  fc.record({ buddy: userIds, status: statuses }),
);

Deno.test("buddyListText() writes what reads back as the same buddies, in the same order", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.array(entries), (list) => {
    assertEquals(parseBuddyList(latin1(buddyListText(list))), list);
  }));
});

Deno.test("buddyListText() separates five fields by single spaces and ends every line in LF", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.array(entries), (list) => {
    const answer = buddyListText(list);
    assertEquals(answer, list.map(buddyLine).join(""));
    for (const entry of list) assert(/^\S+ \d{3} [A-Z]+ \S+ \d+\n$/.test(buddyLine(entry)));
  }));
});

Deno.test(
  "buddyListText() never exceeds maxBytes, and is cut at a line end as late as possible",
  {
    permissions: "none",
  },
  () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 30 }), fc.nat({ max: 1500 }), (list, maxBytes) => {
        const answer = buddyListText(list, maxBytes);
        assert(answer.length <= maxBytes);
        const count = answer.split("\n").length - 1;
        assertEquals(answer, list.slice(0, count).map(buddyLine).join(""));
        const next = list[count];
        assert(next === undefined || answer.length + buddyLine(next).length > maxBytes);
      }),
      { numRuns: 500 },
    );
  },
);

Deno.test("buddyListText() cuts a list too long for one datagram below 65,507 bytes", {
  permissions: "none",
}, () => {
  const address = { ip: "255.255.255.255", port: 65_535 };
  const list = Array.from({ length: 2000 }, (_, index): BuddyPresence<string> => ({
    buddy: `b${index}`.padEnd(32, "x"),
    status: "ONLINE",
    address,
  }));
  const answer = buddyListText(list);
  const lineLength = buddyLine(list[0]!).length;
  assertEquals(answer.at(-1), "\n");
  assertEquals(answer.length, Math.floor(MAX_DATAGRAM_BYTES / lineLength) * lineLength);
  assertEquals(MAX_DATAGRAM_BYTES, 65_507);
});

Deno.test("parseBuddyList() never throws and gives nothing that could hurt, whatever the bytes", {
  permissions: "none",
}, () => {
  const words = fc.constantFrom("bob ", "100 ONLINE ", "101 OFFLINE ", "1.2.3.4 ", "unknown", "\n");
  const answer = fc.array(fc.oneof(words.map(latin1), trickyBytes(6)), { maxLength: 16 }).map(join);
  fc.assert(
    fc.property(answer, (bytes) => {
      for (const { buddy, address } of parseBuddyList(bytes)) {
        assert(/^[!-~]+$/.test(buddy));
        assert(address === undefined || /^[0-9a-fA-F.:%\w]+$/.test(address.ip));
        assert(address === undefined || (address.port >= 0 && address.port <= 65_535));
      }
    }),
    { numRuns: 2000 },
  );
});
