import { assertEquals } from "@std/assert";
import type { TracedService, WireSide } from "../../lib/core/wire_message.ts";
import { createDescriber } from "../../lib/wire/describe.ts";
import { encodeDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import { encodeProxyV1, encodeProxyV2 } from "../../lib/wire/proxy_protocol.ts";
import { frame, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { everyCutting, join } from "./cuttings.ts";

/** What is told of a message: whose it is and how it reads. */
type Told = readonly [user: string | undefined, text: string];

type Turn = readonly [from: WireSide, bytes: string, ...told: readonly Told[]];

/** Conversations as both sides send them, and what is told of each turn. */
const CONVERSATIONS: readonly (readonly [string, TracedService, readonly Turn[]])[] = [
  ["a registration", "buddy", [
    ["client", "reg Alice\n", ["alice", "reg Alice"]],
    ["server", "200 OK\r\n", ["alice", "200 OK"]],
  ]],
  ["a list over TCP", "buddy", [
    ["client", "GET alice\r\n", ["alice", "GET alice"]],
    ["server", "200 OK 1\r\nbob 101 OFFLINE unknown 0\n", ["alice", "200 OK 1"], [
      "alice",
      "bob 101 OFFLINE unknown 0",
    ]],
  ]],
  ["what is published, and what is not", "buddy", [
    ["client", "INFO alice files=20002 key=abc\n", [
      "alice",
      "INFO alice files=20002 ********",
    ]],
  ]],
  ["what is published, as it is answered", "buddy", [
    ["client", "INFO alice\n", ["alice", "INFO alice"]],
    ["server", "200 OK files=20002 key=abc\r\n", ["alice", "200 OK files=20002 ********"]],
  ]],
  ["what is no user id", "buddy", [
    ["client", "GET /?password=x HTTP/1.1\r\n", [undefined, "GET ******** ********"]],
  ]],
  ["a trunk", "buddy", [
    ["client", "TRUNK 1\n", [undefined, "TRUNK 1"]],
    ["server", "200 OK trunk/1\r\n", [undefined, "200 OK trunk/1"]],
    [
      "client",
      "1 192.0.2.7 4000 REG Ann\r\n2 ::1 5000 LOG ben secret\nPING\n3 ::1 1 \n",
      ["ann", "#1 (for 192.0.2.7 port 4000) REG Ann"],
      ["ben", "#2 (for ::1 port 5000) LOG ben ********"],
      [undefined, "PING"],
      [undefined, "#3 (for ::1 port 1) (a blank line)"],
    ],
    [
      "server",
      "2 13\n201 INVALID\r\nPONG\n1 35\n200 OK 1\r\nben 101 OFFLINE unknown0\n3 0\n",
      ["ben", "#2 201 INVALID"],
      [undefined, "PONG"],
      ["ann", "#1 200 OK 1 | ben 101 OFFLINE unknown0"],
      [undefined, "#3 (no answer)"],
    ],
    ["client", "4 ::1 1 GET ann\n", ["ann", "#4 (for ::1 port 1) GET ann"]],
    [
      "server",
      "4 8\n200 OK\r\nDRAIN\nERROR a line is no request\n",
      ["ann", "#4 200 OK"],
      [undefined, "DRAIN"],
      [undefined, "ERROR a line is no request"],
    ],
  ]],
  ["a trunk that is refused", "buddy", [
    ["client", "TRUNK 1\n", [undefined, "TRUNK 1"]],
    ["server", "201 INVALID\r\n", [undefined, "201 INVALID"]],
  ]],
  ["an unknown command", "buddy", [["client", "HELLO there\n", [undefined, "HELLO ********"]]]],
  ["a blank line", "buddy", [["client", "  \n", [undefined, "(a blank line)"]]]],
  ["a login", "chat", [
    ["client", "C LOGIN Bob\n", ["bob", "C LOGIN Bob"]],
    ["server", "C PASSWORD existing\n", ["bob", "C PASSWORD existing"]],
    ["client", "C PASSWORD open sesame\n", ["bob", "C PASSWORD ********"]],
    ["server", "C 200 OK welcome\n", ["bob", "C 200 OK welcome"]],
    ["client", "C HLEP me\n", ["bob", "C HLEP me"]],
    ["client", "C PM\nD hello all\n", ["bob", "C PM"], ["bob", "D hello all"]],
    ["client", "c password x\n", ["bob", "c password ********"]],
    ["client", "\r\n", ["bob", "(a blank line)"]],
  ]],
  ["a room that is created", "rooms", [
    ["client", frame(1, 0, "lab", '"ann"'), ["ann", 'request: create lab "ann"']],
    [
      "server",
      frame(1, 1, "lab", '{"success": 1}') + frame(1, 2, "lab", `{"token": "${TOKEN}"}`),
      ["ann", 'compliance: create lab {"success": 1}'],
      ["ann", 'complete: create lab {"token": "********"}'],
    ],
  ]],
  ["a room with a password", "rooms", [
    [
      "client",
      frame(5, 0, "lab", '{"username": "ben", "password": "a \\"b\\""}'),
      ["ben", 'request: join with a password lab {"username": "ben", "password": "********"}'],
    ],
    [
      "server",
      frame(5, 1, "lab", '{"success": 0, "error": "wrong password"}'),
      ["ben", 'compliance: join with a password lab {"success": 0, "error": "wrong password"}'],
    ],
  ]],
  ["a list of rooms", "rooms", [
    ["client", frame(3, 0, "*", "{}"), [undefined, "request: list * {}"]],
    [
      "server",
      frame(
        3,
        2,
        "*",
        '{"token": "", "rooms": [{"room": "lab", "members": 3, "password": false}]}',
      ),
      [
        undefined,
        'complete: list * {"token": "", "rooms": [{"room": "lab", "members": 3, "password": false}]}',
      ],
    ],
  ]],
  ["two clients", "peer", [
    ["server", "ACCEPT\n", [undefined, "ACCEPT"]],
    ["client", "hi there\n", [undefined, "hi there"]],
  ]],
];

for (const [name, service, turns] of CONVERSATIONS) {
  Deno.test(`conversation(): ${name}, however it is cut`, { permissions: "none" }, () => {
    // Whoever does not know what a connection is for finds out: but between two clients.
    for (const guess of service === "peer" ? [service] : [service, "any"] as const) {
      const cuts = turns.map(([, text]) => [...everyCutting(latin1(text))]);
      for (let way = 0; way < Math.max(...cuts.map(({ length }) => length)); way++) {
        const conversation = createDescriber().conversation(guess, false);
        turns.forEach(([from, , ...told], index) => {
          const { how, pieces } = cuts[index]![way % cuts[index]!.length]!;
          const messages = pieces.flatMap((piece) => conversation.take(from, piece));
          assertEquals(messages.map(({ user, text }) => [user, text] as const), told, how);
        });
      }
    }
  });
}

const PROXIED = {
  kind: "proxied",
  source: { ip: "192.0.2.7", port: 4000 },
  destination: { ip: "192.0.2.1", port: 1234 },
} as const;

const FROM_BALANCER = { isToServer: true, mayRelay: true } as const;

Deno.test("conversation() believes no PROXY header but a balancer's: it is a line like others", {
  permissions: "none",
}, () => {
  for (const service of ["buddy", "any"] as const) {
    const bytes = join([encodeProxyV1(PROXIED), latin1("REG alice\n")]);
    const messages = createDescriber().conversation(service, false).take("client", bytes);
    assertEquals(messages.map(({ protocol, text, isRelayed }) => [protocol, text, isRelayed]), [
      ["buddy", `PROXY${" ********".repeat(5)}`, false],
      ["buddy", "REG alice", false],
    ]);
  }
});

Deno.test("datagram() believes no prefix but a balancer's", { permissions: "none" }, () => {
  const bytes = join([encodeDatagramPrefix({ ...PROXIED, isProven: true }), latin1("GET alice\n")]);
  const way = { isToServer: true, mayRelay: false };
  const { user, isRelayed, text } = createDescriber().datagram("buddy", bytes, way);
  assertEquals([user, isRelayed, text.includes("alice")], [undefined, false, false]);
});

Deno.test("datagram() says where masked bytes are behind a prefix", { permissions: "none" }, () => {
  const prefix = encodeDatagramPrefix({ ...PROXIED, isProven: true });
  const bytes = join([prefix, latin1(`\x03\x26lab${TOKEN}hi`)]);
  const told = createDescriber().datagram("rooms", bytes, FROM_BALANCER);
  const start = prefix.length + 5;
  assertEquals(told.hidden, [{ start, end: start + TOKEN.length }]);
  assertEquals(told.bytes.subarray(start, start + TOKEN.length), latin1("*".repeat(TOKEN.length)));
});

Deno.test("conversation() tells of a PROXY header, and then of what comes behind it", {
  permissions: "none",
}, () => {
  for (
    const [header, text] of [
      [encodeProxyV1(PROXIED), "PROXY TCP4 192.0.2.7 192.0.2.1 4000 1234"],
      [encodeProxyV2(PROXIED), "PROXY v2 192.0.2.7 port 4000 to 192.0.2.1 port 1234"],
      [encodeProxyV2({ kind: "local" }), "PROXY v2 the balancer's own"],
    ] as const
  ) {
    for (const { pieces } of everyCutting(join([header, latin1("REG alice\n")]))) {
      const conversation = createDescriber().conversation("any", true);
      const messages = pieces.flatMap((piece) => conversation.take("client", piece));
      assertEquals(
        messages.map(({ protocol, text, isRelayed }) => [protocol, text, isRelayed]),
        [["proxy", text, true], ["buddy", "REG alice", false]],
      );
    }
  }
});

Deno.test("conversation() takes what is not whole at the end for what it is", {
  permissions: "none",
}, () => {
  const ends: readonly (readonly [TracedService, string, string])[] = [
    ["buddy", "REG alice", "REG alice"],
    ["chat", "C LOGIN alice", "C LOGIN alice"],
    ["rooms", frame(1, 0, "lab", '"ann"').slice(0, -1), "(39 bytes: a part of a frame)"],
    ["rooms", frame(9, 0, "lab", "x"), "(36 bytes: a frame of the unknown operation 9)"],
    ["any", "RE", "RE"],
    ["any", "\x16\x03", "(2 bytes: of a protocol this trace does not know)"],
  ];
  for (const [service, bytes, text] of ends) {
    const conversation = createDescriber().conversation(service, false);
    const messages = [...conversation.take("client", latin1(bytes)), ...conversation.end("client")];
    assertEquals(messages.map((message) => message.text), [text]);
  }
});

Deno.test("conversation() goes by what there is when a server speaks early", {
  permissions: "none",
}, () => {
  const texts = (client: string): string[] => {
    const conversation = createDescriber().conversation("any", false);
    const said = conversation.take("client", latin1(client));
    const answered = conversation.take("server", latin1("201 INVALID\r\n"));
    return [...said, ...answered].map(({ text }) => text);
  };
  assertEquals(texts("R"), ["201 INVALID"]);
  assertEquals(texts(""), ["(13 bytes: of a protocol this trace does not know)"]);
});

Deno.test("conversation(): a line that is too long is told of in pieces, the next one as it is", {
  permissions: "none",
}, () => {
  const conversation = createDescriber().conversation("buddy", false);
  const messages = conversation.take("client", latin1(`REG ${"x".repeat(1000)}\nREG bob\n`));
  assertEquals(messages.map(({ text }) => text), [
    "(514 bytes: a line that is too long)",
    "(491 bytes: a line that is too long)",
    "REG bob",
  ]);
});

const DATAGRAMS: readonly (readonly [
  name: string,
  service: TracedService,
  bytes: string,
  isToServer: boolean,
  told: Told,
])[] = [
  ["SET", "buddy", "SET alice 100 ONLINE 4001\n", true, ["alice", "SET alice 100 ONLINE 4001"]],
  ["GET", "buddy", "get Alice", true, ["alice", "get Alice"]],
  ["an answer", "buddy", "bob 100 ONLINE 192.0.2.7 1\ncy 101 OFFLINE unknown 0\n", false, [
    undefined,
    "bob 100 ONLINE 192.0.2.7 1 | cy 101 OFFLINE unknown 0",
  ]],
  ["an empty answer", "buddy", "", false, [undefined, "(an empty datagram: no buddies)"]],
  ["a message to a room", "rooms", `\x03\x26lab${TOKEN}hi`, true, [undefined, "to lab: hi"]],
  ["a message from a room", "rooms", "\x03annhi", false, [undefined, "from ann: hi"]],
  ["the end of a room", "rooms", "__ROOM_CLOSED__", false, [undefined, "__ROOM_CLOSED__"]],
  ["no datagram of a room", "rooms", "\xff\xffx", true, [
    undefined,
    "(3 bytes: lengths that overrun it)",
  ]],
];

for (const [name, service, bytes, isToServer, told] of DATAGRAMS) {
  Deno.test(`datagram(): ${name}`, { permissions: "none" }, () => {
    const { user, text } = createDescriber().datagram(service, latin1(bytes), {
      ...{ isToServer, mayRelay: false },
    });
    assertEquals([user, text], told);
  });
}

Deno.test("datagram() tells for whom a balancer passed it on", { permissions: "none" }, () => {
  const prefix = encodeDatagramPrefix({ ...PROXIED, isProven: false });
  const datagram = join([prefix, latin1("GET alice\n")]);
  const told = createDescriber().datagram("buddy", datagram, FROM_BALANCER);
  assertEquals(told.text, "(for 192.0.2.7 port 4000) GET alice");
  assertEquals([told.user, told.isRelayed, told.bytes], ["alice", true, datagram]);
});

Deno.test("datagram() knows whose token it is once that was granted", {
  permissions: "none",
}, () => {
  const describer = createDescriber();
  const conversation = describer.conversation("rooms", false);
  conversation.take("client", latin1(frame(2, 0, "lab", "ben")));
  conversation.take("server", latin1(frame(2, 2, "lab", `{"token": "${TOKEN}"}`)));
  const told = describer.datagram("rooms", latin1(`\x03\x26lab${TOKEN}hi`), FROM_BALANCER);
  assertEquals(told.user, "ben");
  assertEquals(told.fields, [
    ["room length", "3"],
    ["token length", "38"],
    ["room", "lab"],
    ["token", "********"],
    ["message", "hi"],
  ]);
  assertEquals(told.hidden, [{ start: 5, end: 43 }]);
});
