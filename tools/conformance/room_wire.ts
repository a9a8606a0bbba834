/** Rooms by hand: requests over TCP, members over UDP. */

import { about, expect, expectLike, newId, type Server, Violation } from "./rule.ts";
import { Connection, Datagrams, latin1, pause, type Sendable, SILENCE_MS } from "./wire.ts";

/** The operations. */
export const [CREATE, JOIN] = [1, 2];
const CLOSED = "__ROOM_CLOSED__";

const encoder = new TextEncoder();

/** A request by hand: 32 bytes of header, the room name, the payload. */
export function frame(operation: number, room: string, payload: string, state = 0): Uint8Array {
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
export async function ask(
  server: Server,
  operation: number,
  room: string,
  payload: string,
): Promise<Answer> {
  return await askWith(server, operation, room, frame(operation, room, payload));
}

/** The same, with the bytes of the request. */
export async function askWith(
  server: Server,
  operation: number,
  room: string,
  ...pieces: readonly Sendable[]
): Promise<Answer> {
  using connection = await Connection.open(server);
  await connection.send(...pieces);
  return await readAnswer(connection, operation, room);
}

/** Requires a room to be given. */
export async function expectToken(what: string, asked: Promise<Answer>): Promise<string> {
  const { success, token } = await about(what, () => asked);
  expect(`${what}: success`, success, 1);
  expectLike(`${what}: token`, token, /^token_[0-9a-f]{32}$/);
  return token;
}

/** Requires a room to be refused. */
export async function expectRefusal(what: string, asked: Promise<Answer>): Promise<void> {
  expect(what, await about(what, () => asked), { success: 0, token: "" });
}

/** A member, with a socket of its own. */
export class Member implements Disposable {
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
export async function twoInARoom(
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
