import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import {
  addressRanges,
  choice,
  choices,
  ipAddress,
  type Option,
  port,
  remotePort,
  seconds,
  text,
  toggle,
  wholeNumber,
} from "../../lib/config/option.ts";

interface Kind {
  readonly option: Option<unknown>;
  /** Texts and the value they are read as. */
  readonly good: readonly (readonly [texts: string | readonly string[], value: unknown])[];
  readonly bad: readonly string[];
  /** What stands after `Cannot use --x "...": `. */
  readonly expected: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  wholeNumber: {
    option: wholeNumber("x", 5, { min: 1, max: 100 }, ""),
    good: [["1", 1], ["100", 100], ["007", 7]],
    bad: ["", "0", "101", "-1", "+1", "1.0", "1e1", "0x1", " 1", "1 ", "many", "9".repeat(400)],
    expected: "expected a whole number from 1 to 100",
  },
  port: {
    option: port("x", 1234, ""),
    good: [["0", 0], ["1", 1], ["65535", 65_535]],
    bad: ["65536", "-1", "http", "", "12.5", "١٢"],
    expected: "expected a whole number from 0 to 65535",
  },
  remotePort: {
    option: remotePort("x", 1234, ""),
    good: [["1", 1], ["65535", 65_535]],
    bad: ["0", "65536", "-1", ""],
    expected: "expected a whole number from 1 to 65535",
  },
  seconds: {
    option: seconds("x", 10, ""),
    good: [["1", 1], ["0.5", 0.5], ["0.001", 0.001], ["86400", 86_400]],
    bad: ["0", "0.0", "-1", "86401", "1e3", ".5", "5.", "10s", "Infinity", "NaN", ""],
    expected: "expected seconds, more than 0 and at most 86400",
  },
  ipAddress: {
    option: ipAddress("x", ""),
    good: [
      ["192.0.2.7", "192.0.2.7"],
      ["fd00::5", "fd00::5"],
      // As addresses are compared and printed everywhere else.
      ["::ffff:192.0.2.7", "192.0.2.7"],
    ],
    bad: ["", "lab-1", "192.0.2", "192.0.2.7:1234", "[::1]", "192.0.2.7/24"],
    expected: "expected an IPv4 or IPv6 address",
  },
  choice: {
    option: choice("x", ["text", "json"], "text", ""),
    good: [["text", "text"], ["json", "json"]],
    bad: ["", "JSON", "xml", "text,json", "constructor"],
    expected: "expected one of text, json",
  },
  toggle: {
    option: toggle("x", ""),
    good: [["true", true], ["false", false]],
    bad: ["", "yes", "no", "1", "0", "off", "TRUE"],
    expected: "expected true or false",
  },
  choices: {
    option: choices("x", ["buddy", "rooms", "chat"], ["buddy"], ""),
    good: [
      ["rooms", ["rooms"]],
      ["rooms,buddy", ["rooms", "buddy"]],
      [" rooms , chat ", ["rooms", "chat"]],
      [["rooms", "chat,buddy"], ["rooms", "chat", "buddy"]],
      ["rooms,rooms", ["rooms"]],
    ],
    bad: ["mail", "Buddy"],
    expected: "expected one of buddy, rooms, chat",
  },
};

for (const [kind, { option, good, bad, expected }] of Object.entries(KINDS)) {
  Deno.test(`${kind}() reads good values`, { permissions: "none" }, () => {
    for (const [texts, value] of good) {
      assertEquals(option.parse([texts].flat(), "--x"), value, String(texts));
    }
  });

  Deno.test(`${kind}() says what was wrong and what was expected`, { permissions: "none" }, () => {
    for (const given of bad) {
      const error = assertThrows(() => option.parse([given], "--x"), UsageError);
      assertEquals(error.message, `Cannot use --x "${given}": ${expected}`);
    }
  });
}

function messageOf(option: Option<unknown>, ...texts: readonly string[]): string {
  return assertThrows(() => option.parse(texts, "--x"), UsageError).message;
}

Deno.test("text() takes any text but none", { permissions: "none" }, () => {
  const option = text("x", "FILE", undefined, "");
  for (const given of ["a", "-", " ", "a=b", "../x", "é\n"]) {
    assertEquals(option.parse([given], "--x"), given);
  }
  assertEquals(messageOf(option, ""), "Cannot use --x: it needs a value");
});

Deno.test("choices() names the one word that is wrong", { permissions: "none" }, () => {
  const option = choices("x", ["buddy", "rooms"], ["buddy"], "");
  assertEquals(
    messageOf(option, "buddy,mail,rooms"),
    'Cannot use --x "mail": expected one of buddy, rooms',
  );
});

Deno.test("choices() refuses an empty list, and a list with an empty word", {
  permissions: "none",
}, () => {
  const option = choices("x", ["buddy", "rooms"], ["buddy"], "");
  assertEquals(messageOf(option), 'Cannot use --x "": expected some of buddy, rooms');
  for (const given of ["", ",", "buddy,", ",buddy", "buddy,,rooms"]) {
    assertEquals(messageOf(option, given), "Cannot use --x: it needs words separated by commas");
  }
});

Deno.test("addressRanges() reads addresses and ranges, several at once and repeated", {
  permissions: "none",
}, () => {
  const option = addressRanges("x", "");
  assertEquals(option.parse(["10.0.0.0/8"], "--x"), ["10.0.0.0/8"]);
  assertEquals(option.parse(["::1, 10.0.0.0/8", "fd00::/8"], "--x"), [
    "::1",
    "10.0.0.0/8",
    "fd00::/8",
  ]);
  assertEquals([option.default, option.parse([], "--x")], [[], []]);
});

Deno.test("addressRanges() names the range that is wrong", { permissions: "none" }, () => {
  const option = addressRanges("x", "");
  for (const range of ["10.0.0.0/33", "lab-1", "fe80::1%eth0/64"]) {
    assertEquals(
      messageOf(option, "::1", range),
      `Cannot use --x: Cannot read address range "${range}": ` +
        "expected an address or ADDRESS/PREFIX, like 10.0.0.0/8",
    );
  }
  assertEquals(messageOf(option, "::1,"), "Cannot use --x: it needs words separated by commas");
});

Deno.test("only the kinds that read lists are repeatable", { permissions: "none" }, () => {
  const repeatable = Object.keys(KINDS).filter((kind) => KINDS[kind]?.option.repeatable);
  assertEquals([...repeatable, addressRanges("x", "").repeatable], ["choices", true]);
});
