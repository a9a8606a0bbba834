/** Rooms: the handshake over TCP, the talk over UDP. Rules: docs/protocols, rooms. */

import { expect, expectLike, newId, type Rule, type Server, Violation } from "./rule.ts";
import { Connection, Datagrams, latin1, pause, type Sendable, SILENCE_MS } from "./wire.ts";

const [CREATE, JOIN] = [1, 2];
const CLOSED = "__ROOM_CLOSED__";

const encoder = new TextEncoder();

/** A request by hand: 32 bytes of header, the room name, the payload. */
function frame(operation: number, room: string, payload: string, state = 0): Uint8Array {
  const [name, body] = [encoder.encode(room), encoder.encode(payload)];
  const bytes = new Uint8Array(32 + name.length + body.length);
  bytes.set([name.length, operation, state]);
  new DataView(bytes.buffer).setUint32(28, body.length);
  bytes.set(name, 32);
  bytes.set(body, 32 + name.length);
  return bytes;
}

interface Answer {
  readonly success: unknown;
  readonly token: string;
}

/** Reads both frames of an answer, and requires room and operation to be repeated. */
async function readAnswer(
  connection: Connection,
  operation: number,
  room: string,
): Promise<Answer> {
  const payloads: Record<string, unknown>[] = [];
  for (const state of [1, 2]) {
    const head = await connection.bytes(32);
    expect("the length of a header", head.length, 32);
    expect("operation and state of an answer", [head[1], head[2]], [operation, state]);
    const name = await connection.bytes(head[0]!);
    expect("the room an answer is about", new TextDecoder().decode(name), room);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(28);
    const body = new TextDecoder().decode(await connection.bytes(length));
    payloads.push(parsed(body));
  }
  expect("behind the answer", await connection.rest(), "");
  return { success: payloads[0]!.success, token: String(payloads[1]!.token) };
}

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    throw new Violation(`a payload that is no JSON: ${JSON.stringify(body)}`);
  }
}

/** Asks for a room, and gives the answer. */
async function ask(
  server: Server,
  operation: number,
  room: string,
  payload: string,
): Promise<Answer> {
  return await askWith(server, operation, room, frame(operation, room, payload));
}

async function askWith(
  server: Server,
  operation: number,
  room: string,
  ...pieces: readonly Sendable[]
): Promise<Answer> {
  using connection = await Connection.open(server);
  await connection.send(...pieces);
  return await readAnswer(connection, operation, room);
}

async function expectToken(what: string, asked: Promise<Answer>): Promise<string> {
  const { success, token } = await asked;
  expect(`${what}: success`, success, 1);
  expectLike(`${what}: token`, token, /^token_[0-9a-f]{32}$/);
  return token;
}

async function expectRefusal(what: string, asked: Promise<Answer>): Promise<void> {
  expect(what, await asked, { success: 0, token: "" });
}

/** A member, with a socket of its own. */
class Member implements Disposable {
  readonly #socket: Datagrams;
  readonly #head: Uint8Array;
  readonly token: string;

  constructor(server: Server, room: string, token: string) {
    this.#socket = new Datagrams(server);
    this.token = token;
    const name = encoder.encode(room);
    this.#head = Uint8Array.of(name.length, token.length, ...name, ...encoder.encode(token));
  }

  /** Says something to the room, or a word of the protocol. */
  async says(message: string): Promise<void> {
    await this.#socket.send(Uint8Array.of(...this.#head, ...encoder.encode(message)));
  }

  /** Requires the next datagram to be what somebody said. */
  async hears(sender: string, message: string): Promise<void> {
    const expected = latin1(encoder.encode(String.fromCharCode(sender.length) + sender + message));
    expect(`what ${sender} said`, await this.#socket.receive(), expected);
  }

  /** Requires the room to be closed. */
  async hearsClosed(): Promise<void> {
    expect("when the room closes", await this.#socket.receive(), CLOSED);
  }

  /** Requires silence. */
  async hearsNothing(why: string): Promise<void> {
    expect(why, await this.#socket.receive(SILENCE_MS), undefined);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

/** A room with its host and a guest, both registered over UDP. */
async function twoInARoom(
  server: Server,
): Promise<{ readonly room: string; readonly host: Member; readonly guest: Member } & Disposable> {
  const room = newId();
  const host = new Member(
    server,
    room,
    await expectToken("create", ask(server, CREATE, room, '"ann"')),
  );
  const guest = new Member(
    server,
    room,
    await expectToken("join", ask(server, JOIN, room, '"bob"')),
  );
  await host.says("__REGISTER__");
  await guest.says("__REGISTER__");
  await pause(100);
  return {
    ...{ room, host, guest },
    [Symbol.dispose]() {
      host[Symbol.dispose]();
      guest[Symbol.dispose]();
    },
  };
}

/** Every rule of rooms. */
export const ROOM_RULES: readonly Rule[] = [
  {
    level: "must",
    text: "create gives a token; of a room that exists it fails, with both frames all the same",
    async check(server) {
      const room = newId();
      await expectToken("create", ask(server, CREATE, room, '"ann"'));
      await expectRefusal("create once more", ask(server, CREATE, room, '"bob"'));
    },
  },
  {
    level: "must",
    text: "join gives a token of its own; of a room that does not exist it fails",
    async check(server) {
      const room = newId();
      const host = await expectToken("create", ask(server, CREATE, room, '"ann"'));
      const guest = await expectToken("join", ask(server, JOIN, room, '"bob"'));
      expect("the same token for two", host === guest, false);
      await expectRefusal("join of nothing", ask(server, JOIN, newId(), '"bob"'));
    },
  },
  {
    level: "must",
    text: "the user name is taken as a JSON string; also bare, or in an object",
    async check(server) {
      const room = newId();
      await expectToken("a JSON string", ask(server, CREATE, room, '"ann"'));
      await expectToken("a bare name", ask(server, JOIN, room, "bob"));
      await expectToken("an object", ask(server, JOIN, room, '{"username": "eve"}'));
    },
  },
  {
    level: "must",
    text: "a frame may come in pieces, even byte by byte",
    async check(server) {
      const room = newId();
      const pieces = Array.from(frame(CREATE, room, '"ann"'), (byte) => Uint8Array.of(byte));
      await expectToken("byte by byte", askWith(server, CREATE, room, ...pieces));
    },
  },
  {
    level: "must",
    text: "names are UTF-8: a room and a member may be called by any letters",
    async check(server) {
      const room = `K\u00fcche ${newId()}`;
      await expectToken("create", ask(server, CREATE, room, '"J\u00f6rg"'));
    },
  },
  {
    level: "must",
    text: "a wrong state, an unknown operation, bad JSON or no name is refused with both frames",
    async check(server) {
      const room = newId();
      await expectRefusal(
        "state 2",
        askWith(server, CREATE, room, frame(CREATE, room, '"ann"', 2)),
      );
      await expectRefusal("operation 99", ask(server, 99, room, '"ann"'));
      await expectRefusal("half a JSON string", ask(server, CREATE, room, '"ann'));
      await expectRefusal("an empty name", ask(server, CREATE, room, '""'));
      await expectRefusal("a control character", ask(server, CREATE, room, '"a\\u0007b"'));
    },
  },
  {
    level: "must",
    text: "a payload that is said to be huge is refused at once, and the next client is served",
    async check(server) {
      const room = newId();
      const huge = frame(CREATE, room, "");
      huge.fill(0xff, 3, 32);
      await expectRefusal("29 bytes of FF", askWith(server, CREATE, room, huge));
      await expectToken("create afterwards", ask(server, CREATE, room, '"ann"'));
    },
  },
  {
    level: "must",
    text: "what a member says is relayed to every other one, with the sender's name, and not back",
    async check(server) {
      using talk = await twoInARoom(server);
      await talk.host.says("hello gr\u00fc\u00dfe");
      await talk.guest.hears("ann", "hello gr\u00fc\u00dfe");
      await talk.guest.says("hi");
      await talk.host.hears("bob", "hi");
      await talk.guest.hearsNothing("a copy for the sender");
    },
  },
  {
    level: "must",
    text: "a datagram with a wrong token, of another room or from elsewhere is dropped",
    async check(server) {
      using talk = await twoInARoom(server);
      using other = await twoInARoom(server);
      using forger = new Member(server, talk.room, talk.host.token);
      await forger.says("from elsewhere");
      using guesser = new Member(server, talk.room, `token_${"0".repeat(32)}`);
      await guesser.says("__REGISTER__");
      await guesser.says("a guessed token");
      using stranger = new Member(server, talk.room, other.host.token);
      await stranger.says("__REGISTER__");
      await stranger.says("a token of another room");
      await talk.guest.hearsNothing("what was dropped");
    },
  },
  {
    level: "must",
    text: "a member may register again from another address, and is heard there from then on",
    async check(server) {
      using talk = await twoInARoom(server);
      using moved = new Member(server, talk.room, talk.guest.token);
      await moved.says("__REGISTER__");
      await pause(100);
      await talk.host.says("where are you");
      await moved.hears("ann", "where are you");
      await talk.guest.hearsNothing("at the address of before");
    },
  },
  {
    level: "must",
    text: "a member who leaves hears nothing more, and nobody is told",
    async check(server) {
      using talk = await twoInARoom(server);
      await talk.guest.says("__LEAVE__");
      await pause(200);
      await talk.host.hearsNothing("when a guest leaves");
      await talk.host.says("anybody here");
      await talk.guest.hearsNothing("after leaving");
    },
  },
  {
    level: "must",
    text: "when the host leaves, the others get `__ROOM_CLOSED__`, and the name is free",
    async check(server) {
      using talk = await twoInARoom(server);
      await talk.host.says("__LEAVE__");
      await talk.guest.hearsClosed();
      await expectToken("create again", ask(server, CREATE, talk.room, '"eve"'));
    },
  },
  {
    level: "must",
    text: "joining under a name that talks already fails; one that never registered gets its token",
    async check(server) {
      using talk = await twoInARoom(server);
      await expectRefusal("the name of a live member", ask(server, JOIN, talk.room, '"bob"'));
      const eve = await expectToken("join", ask(server, JOIN, talk.room, '"eve"'));
      const again = await expectToken("join again", ask(server, JOIN, talk.room, '"eve"'));
      expect("the token of a name that never registered", again, eve);
    },
  },
  {
    level: "must",
    text: "datagrams whose lengths overrun them, and bytes that are not UTF-8, are dropped",
    async check(server) {
      using talk = await twoInARoom(server);
      using garbage = new Datagrams(server);
      for (const bytes of [[], [255], [255, 255, 1], [3, 38, 1, 2]]) {
        await garbage.send(Uint8Array.from(bytes));
      }
      expect("an answer to garbage", await garbage.receive(SILENCE_MS), undefined);
      await talk.host.says("still here");
      await talk.guest.hears("ann", "still here");
    },
  },
];
