/**
 * No decoder of the trace tells a password or a token: not where the protocols put one, not where
 * somebody put it by mistake, not in the bytes, however they are cut.
 */

import { assert } from "@std/assert";
import fc from "fast-check";
import type { DescribedMessage, TracedService } from "../../lib/core/wire_message.ts";
import { createDescriber } from "../../lib/wire/describe.ts";
import { encodeDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import { encodeProxyV1, encodeProxyV2 } from "../../lib/wire/proxy_protocol.ts";
import {
  ANSWER_MAC_SAMPLES,
  AUTHENTICATED_SAMPLES,
  SAMPLE_KEY,
  SAMPLE_SECRET_TEXT,
} from "../samples/account_samples.ts";
import { frame, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, join } from "./cuttings.ts";

/** Stands at both ends of every secret, so that a part of one is noticed, too. */
const MARK = "S3cr3t";

const secrets = fc.string({ unit: "binary", maxLength: 30 })
  .filter((text) => !/[\r\n]/.test(text))
  .map((text) => `${MARK}${text}${MARK}`);

const LONG = "x".repeat(6000);

/** What clients of the login chat may send before they are in, right and wrong. */
const CHAT_LINES: readonly ((secret: string) => string)[] = [
  (secret) => `C PASSWORD ${secret}\n`,
  (secret) => `C PASSWORD ${secret}`,
  (secret) => `C LOGIN alice\nC PASSWORD ${secret}\n`,
  (secret) => `c password ${secret}\n`,
  (secret) => `C  PASSWORD ${secret}\n`,
  (secret) => `C PASSWORT ${secret}\n`,
  (secret) => `C PASSWORD${secret}\n`,
  (secret) => `C ${secret}\n`,
  (secret) => `C LOGIN alice ${secret}\n`,
  (secret) => `C PING ${secret}\n`,
  (secret) => `PASSWORD ${secret}\n`,
  (secret) => `D ${secret}\n`,
  (secret) => `${secret}\n`,
  (secret) => `C PASSWORD ${secret}${LONG}${secret}\n${secret}\n`,
];

/** What somebody may send to the buddy service. */
const BUDDY_LINES: readonly ((secret: string) => string)[] = [
  (secret) => `REG alice ${secret}\n`,
  (secret) => `LOG alice ${secret}\n`,
  (secret) => `GET alice ${secret}\n`,
  (secret) => `ADD alice bob ${secret}\n`,
  (secret) => `CAP ${secret}\n`,
  (secret) => `INFO alice ${secret}\n`,
  (secret) => `INFO alice password=${secret}\n`,
  (secret) => `SET alice 100 ONLINE 4001 ${secret}\n`,
  (secret) => `LOGIN ${secret}\n`,
  (secret) => `GET /?password=${secret} HTTP/1.1\r\n`,
  (secret) => `SET ${secret} 100 ONLINE 4001\n`,
  (secret) => `${secret} alice\n`,
  (secret) => `REG alice ${secret}${LONG} ${secret}\n${secret} \n`,
];

const object = (secret: string): string => JSON.stringify({ username: "ann", password: secret });

/** Frames, one character for each byte, with a secret in them. */
const FRAMES: readonly ((secret: string) => string)[] = [
  (secret) => frame(5, 0, "lab", object(secret)),
  (secret) => frame(4, 0, "lab", JSON.stringify({ password: secret, username: "ann" }, null, 2)),
  (secret) => frame(1, 0, "lab", object(secret)),
  (secret) => frame(2, 0, "lab", `{"pass\\u0077ord":${JSON.stringify(secret)}}`),
  (secret) => frame(2, 0, "lab", JSON.stringify({ username: "ann", more: { secret } })),
  (secret) => frame(5, 0, "lab", JSON.stringify({ username: "ann", keys: [secret, secret] })),
  (secret) => frame(5, 0, "lab", JSON.stringify({ [secret]: 1 })),
  (secret) => frame(5, 0, "lab", JSON.stringify({ username: [secret] })),
  (secret) => frame(5, 0, "lab", JSON.stringify({ more: { username: secret } })),
  (secret) => frame(5, 0, "lab", JSON.stringify({ username: "ann", error: secret })),
  (secret) => frame(5, 0, "lab", JSON.stringify(secret)),
  (secret) => frame(5, 0, "lab", secret),
  (secret) => frame(2, 0, "lab", `[${JSON.stringify(secret)}]`),
  (secret) => frame(2, 0, "lab", `{"username":"ann","password":"${secret}`),
  (secret) => frame(6, 0, "lab", JSON.stringify({ token: secret })),
  (secret) => frame(9, 0, "lab", object(secret)),
  (secret) => frame(5, 7, "lab", object(secret)),
  (secret) => frame(5, 0, "lab", object(secret), 9000),
  (secret) => frame(5, 0, "lab", object(secret) + LONG + secret),
  (secret) => frame(1, 2, "lab", JSON.stringify({ token: secret })),
  // Lengths that are wrong: the payload begins within the name, or the name within the payload.
  (secret) => frame(2, 0, "la", `b${object(secret)}`),
  (secret) => frame(2, 0, `lab{"password":"${secret}`.slice(0, 255), '"}'),
];

/** UTF-8 of a text in which every character already is a byte stays as it is; others are encoded. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const isBytes = [...text].every((character) => character <= "\xff");
  return isBytes ? latin1(text) : new TextEncoder().encode(text);
}

/** Everything that can be seen of messages. */
function shown(messages: readonly DescribedMessage[]): string {
  return messages.map((message) =>
    JSON.stringify({ ...message, bytes: undefined }) +
    new TextDecoder("latin1").decode(message.bytes)
  ).join("\n");
}

function assertHides(messages: readonly DescribedMessage[], what: string): void {
  const text = shown(messages);
  assert(!text.includes(MARK), `${what}: ${text}`);
}

const PROXIED = {
  kind: "proxied",
  source: { ip: "192.0.2.7", port: 4000 },
  destination: { ip: "192.0.2.1", port: 1234 },
} as const;

const TO_SERVER = { isToServer: true, mayRelay: true } as const;
const TO_CLIENT = { isToServer: false, mayRelay: true } as const;

const PREFACES = [new Uint8Array(), encodeProxyV1(PROXIED), encodeProxyV2(PROXIED)];

const CONVERSATIONS:
  readonly (readonly [TracedService, readonly ((secret: string) => string)[]])[] = [
    ["chat", [...CHAT_LINES, ...FRAMES]],
    ["buddy", [...BUDDY_LINES, ...CHAT_LINES.slice(0, 3), ...FRAMES]],
    ["rooms", [...FRAMES, ...CHAT_LINES]],
    ["any", [...CHAT_LINES, ...BUDDY_LINES, ...FRAMES]],
  ];

for (const [service, kinds] of CONVERSATIONS) {
  Deno.test(`conversation(): no secret of a client is told, ${service}`, {
    permissions: "none",
  }, () => {
    const sent = fc.tuple(secrets, fc.nat(kinds.length - 1), fc.constantFrom(...PREFACES)).chain(
      ([secret, kind, preface]) =>
        fc.tuple(
          fc.constant(kind),
          fc.constant(preface),
          cutAnywhere(fc.constant(join([preface, bytesOf(kinds[kind]!(secret))]))),
        ),
    );
    fc.assert(
      fc.property(sent, ([kind, preface, pieces]) => {
        const conversation = createDescriber().conversation(service, preface.length > 0);
        const messages = pieces.flatMap((piece) => conversation.take("client", piece));
        assertHides([...messages, ...conversation.end("client")], `${kinds[kind]}`);
      }),
      { numRuns: 400 },
    );
  });
}

Deno.test("conversation(): no token of an answer is told, whoever speaks first", {
  permissions: "none",
}, () => {
  const answers = fc.tuple(secrets, fc.constantFrom(1, 2, 4, 5, 6, 9), fc.boolean());
  fc.assert(fc.property(answers, ([secret, operation, isAsked]) => {
    const answer = bytesOf(
      frame(operation, 1, "lab", '{"success": 1}') +
        frame(operation, 2, "lab", JSON.stringify({ token: secret })),
    );
    for (const service of ["rooms", "any"] as const) {
      const conversation = createDescriber().conversation(service, false);
      const asked = isAsked ? conversation.take("client", bytesOf(frame(1, 0, "lab", "ann"))) : [];
      assertHides([...asked, ...conversation.take("server", answer)], service);
    }
  }));
});

Deno.test(
  "datagram(): the token of a room datagram is told nowhere, in front of it a prefix or not",
  {
    permissions: "none",
  },
  () => {
    const datagrams = fc.tuple(secrets, fc.string(), fc.boolean());
    fc.assert(fc.property(datagrams, ([secret, message, isPrefixed]) => {
      const token = new TextEncoder().encode(secret);
      const rest = new TextEncoder().encode(message);
      const datagram = join([Uint8Array.of(3, token.length), latin1("lab"), token, rest]);
      const sent = isPrefixed
        ? join([encodeDatagramPrefix({ ...PROXIED, isProven: true }), datagram])
        : datagram;
      const said = createDescriber().datagram("rooms", sent, TO_SERVER);
      assertHides([said], "datagram");
      // What is no datagram of a room may have its token anywhere.
      assertHides(
        [createDescriber().datagram("rooms", join([latin1("\xff\xff"), token]), TO_SERVER)],
        "",
      );
      assertHides(
        [createDescriber().datagram("buddy", join([latin1("GET a "), token]), TO_SERVER)],
        "",
      );
    }));
  },
);

Deno.test("a whole token is told nowhere, wherever a program has put it", {
  permissions: "none",
}, () => {
  const describer = createDescriber();
  const places: DescribedMessage[] = [
    describer.datagram("rooms", latin1(`\x03\x02lab${TOKEN}hello`), TO_SERVER),
    describer.datagram("rooms", latin1(`\x03ann${TOKEN}`), TO_CLIENT),
    describer.datagram("buddy", latin1(`${TOKEN} 100 ONLINE 127.0.0.1 1\n`), TO_CLIENT),
    ...describer.conversation("peer", false).take("client", latin1(`look: ${TOKEN}\n`)),
    ...describer.conversation("buddy", false).take("client", latin1(`REG ${TOKEN}\n`)),
    ...describer.conversation("chat", false).take("server", latin1(`D PM bob ${TOKEN}\n`)),
  ];
  for (const said of places) assert(!shown([said]).includes(TOKEN), shown([said]));
});

Deno.test("conversation(): what hides in a request hides in the answer that repeats it", {
  permissions: "none",
}, () => {
  for (const name of ["pw", "my-password", "token"]) {
    const conversation = createDescriber().conversation("buddy", false);
    const said = [
      ...conversation.take("client", latin1("INFO bob\n")),
      ...conversation.take("server", latin1(`200 OK color=blue ${name}=${MARK}\r\n`)),
    ];
    assertHides(said, name);
    assert(shown(said).includes("200 OK color=blue ********"), shown(said));
  }
});

Deno.test("conversation(): a password typed again after the login hides", {
  permissions: "none",
}, () => {
  for (
    const line of [`C  PASSWORD ${MARK}`, `C PASSWORD${MARK}`, `PASSWORD ${MARK}`, `pass ${MARK}`]
  ) {
    const conversation = createDescriber().conversation("chat", false);
    conversation.take("client", latin1("C LOGIN bob\nC PASSWORD x\n"));
    conversation.take("server", latin1("C 200 OK welcome\n"));
    assertHides(conversation.take("client", latin1(`${line}\n`)), line);
  }
});

Deno.test("the secret of a login is told nowhere, whoever asked for it, nor is any tag", {
  permissions: "none",
}, () => {
  const grant = latin1(`200 OK ${SAMPLE_KEY.session} ${SAMPLE_SECRET_TEXT} welcome\r\n`);
  for (const service of ["buddy", "any"] as const) {
    for (const asked of ["LOG alice secret\n", "GET alice\n"]) {
      const conversation = createDescriber().conversation(service, false);
      const request = conversation.take("client", latin1(asked));
      const told = shown([...request, ...conversation.take("server", grant)]);
      assert(!told.includes(SAMPLE_SECRET_TEXT) && !told.includes("secret"), told);
      assert(told.includes(SAMPLE_KEY.session), told);
    }
  }
  for (const { line, request, expected: { kind: transport } } of AUTHENTICATED_SAMPLES) {
    const said = transport === "UDP"
      ? [createDescriber().datagram("buddy", latin1(line), TO_SERVER)]
      : createDescriber().conversation("buddy", false).take("client", latin1(`${line}\n`));
    const told = shown(said);
    assert(!told.includes(line.slice(-24)) && told.includes(request), told);
    assert(said.every(({ user }) => user === request.split(" ")[1]), told);
  }
  for (const { answer } of ANSWER_MAC_SAMPLES) {
    const told = shown([createDescriber().datagram("buddy", latin1(answer), TO_CLIENT)]);
    assert(!told.includes(answer.slice(-25, -1)), told);
  }
});

Deno.test("a password is hidden to the end of its line, whatever it looks like", {
  permissions: "none",
}, () => {
  const tail = AUTHENTICATED_SAMPLES[0]!.line.slice("ADD alice bob ".length);
  for (const password of [`${MARK} words`, `${MARK} ${tail} ${MARK}`, `${MARK} ${tail}`]) {
    const conversation = createDescriber().conversation("buddy", false);
    const told = shown(conversation.take("client", latin1(`LOG alice ${password}\n`)));
    assert(!told.includes(MARK) && !told.includes(tail.slice(-24)), told);
  }
});

Deno.test("conversation(): whatever bytes come, all of them are told of", {
  permissions: "none",
}, () => {
  const services = fc.constantFrom<TracedService>("buddy", "rooms", "chat", "peer", "any");
  const pieces = cutAnywhere(fc.uint8Array({ maxLength: 400 }));
  fc.assert(fc.property(services, pieces, pieces, (service, sent, answered) => {
    const conversation = createDescriber().conversation(service, false);
    const messages = [
      ...sent.flatMap((piece) => conversation.take("client", piece)),
      ...conversation.end("client"),
      ...answered.flatMap((piece) => conversation.take("server", piece)),
      ...conversation.end("server"),
    ];
    const told = messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const came = join([...sent, ...answered]).length;
    assert(told === came, `${service}: ${told} of ${came} bytes`);
  }));
});
