/**
 * A thousand rooms of ten: everybody hears what is said in their room, and nothing else.
 */

import { assert, assertEquals } from "@std/assert";
import { DatagramSocket } from "../../lib/net/udp.ts";
import { parseRoomDelivery } from "../../lib/wire/ucrp.ts";
import { askRoom, RoomServer } from "../support/room_server.ts";
import { latin1 } from "../samples/sample.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

const ROOMS = 1000;
const MEMBERS = 10;

/** A socket that many members of different rooms share: member `m` of every room. */
class Place {
  readonly #socket = new DatagramSocket({ hostname: "127.0.0.1", port: 0 });
  readonly #done: Promise<void>;
  /** What was heard: `sender: text`. */
  readonly heard: string[] = [];
  #more = Promise.withResolvers<void>();

  constructor() {
    this.#done = this.#socket.receive((bytes) => {
      const delivery = parseRoomDelivery(bytes);
      if (delivery?.kind === "message") this.heard.push(`${delivery.sender}: ${delivery.text}`);
      this.#more.resolve();
    }, 4096);
  }

  async says(udp: number, room: string, token: string, message: string): Promise<void> {
    const lengths = String.fromCharCode(room.length, token.length);
    await this.#socket.sendNow(latin1(lengths + room + token + message), {
      ip: "127.0.0.1",
      port: udp,
    });
  }

  /** Resolves when so much was heard. */
  async hears(count: number): Promise<void> {
    while (this.heard.length < count) {
      await within(`${count} messages, there are ${this.heard.length}`, this.#more.promise);
      this.#more = Promise.withResolvers();
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#done;
  }
}

Deno.test("rooms: 1,000 rooms of 10, and each message is heard by the nine it is for", async () => {
  await using directory = await TempDir.make();
  await using server = await RoomServer.start({ directory: directory.path });
  const places = Array.from({ length: MEMBERS }, () => new Place());
  const tokens: string[][] = [];
  const enter = async (number: number): Promise<void> => {
    const room = `room ${number}`;
    const own: string[] = tokens[number] = [];
    for (let member = 0; member < MEMBERS; member++) {
      const answer = await askRoom(server.tcp, member === 0 ? 1 : 2, room, `"member ${member}"`);
      assert(answer.success, `${room}: ${answer.success ? "" : answer.error}`);
      own.push(answer.token);
      await places[member]!.says(server.udp, room, answer.token, "__REGISTER__");
    }
  };
  let next = 0;
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (next < ROOMS) await enter(next++);
  }));
  assertEquals(new Set(tokens.flat()).size, ROOMS * MEMBERS);
  for (let number = 0; number < ROOMS; number++) {
    const room = `room ${number}`;
    const speaker = number % MEMBERS;
    await places[speaker]!.says(server.udp, room, tokens[number]![speaker]!, `in ${room}`);
    await Promise.all(places.map((place, member) =>
      // As many as were said before by others than this member.
      place.hears(number + 1 - Math.floor((number + MEMBERS - member) / MEMBERS))
    ));
  }
  for (const [member, { heard }] of places.entries()) {
    const expected = Array.from({ length: ROOMS }, (_, number) => number)
      .filter((number) => number % MEMBERS !== member)
      .map((number) => `member ${number % MEMBERS}: in room ${number}`);
    assertEquals(heard, expected);
  }
  await Promise.all(places.map((place) => place.close()));
});
