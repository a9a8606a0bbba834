/**
 * An older room server, played by what `docs/compatibility.md` tells: it knows create and join,
 * closes without a word on anything else, and relays names as JSON text.
 */

import { writeAll } from "../../lib/net/orderly_close.ts";
import { answerBytes } from "../samples/room_samples.ts";

/** A running older server; stopped at the end of the test. */
export class OlderRoomServer implements AsyncDisposable {
  /** The datagrams that came, their messages alone, in order. */
  readonly messages: string[] = [];
  /** Operations that were asked for, in order. */
  readonly operations: number[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #running = Promise.all([this.#serveTcp(), this.#serveUdp()]);
  readonly #rooms = new Map<string, Map<string, { name: string; at?: Deno.NetAddr }>>();

  get tcp(): number {
    return this.#listener.addr.port;
  }

  get udp(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Sends a datagram to every registered member. */
  async tellAll(datagram: string): Promise<void> {
    for (const members of this.#rooms.values()) {
      for (const { at } of members.values()) {
        if (at !== undefined) await this.#socket.send(new TextEncoder().encode(datagram), at);
      }
    }
  }

  async #serveTcp(): Promise<void> {
    for await (const conn of this.#listener) {
      const bytes = new Uint8Array(5000);
      const count = await conn.read(bytes) ?? 0;
      const answer = this.#answer(bytes.subarray(0, count));
      if (answer !== undefined) await writeAll(conn, answer);
      conn.close();
    }
  }

  #answer(bytes: Uint8Array): Uint8Array | undefined {
    const [roomLength = 0, operation = 0] = bytes;
    this.operations.push(operation);
    if (operation > 2) return undefined;
    const room = String.fromCharCode(...bytes.subarray(32, 32 + roomLength));
    const name = String.fromCharCode(...bytes.subarray(32 + roomLength));
    if ((operation === 1) === this.#rooms.has(room)) {
      return answerBytes(operation, room, '{"success": 0}', '{"token": ""}');
    }
    const token = `token_${crypto.randomUUID().replaceAll("-", "")}`;
    const members = this.#rooms.get(room) ?? new Map();
    this.#rooms.set(room, members.set(token, { name }));
    return answerBytes(operation, room, '{"success": 1}', `{"token": "${token}"}`);
  }

  async #serveUdp(): Promise<void> {
    for await (const [bytes, from] of this.#socket) {
      const text = String.fromCharCode(...bytes);
      const [roomLength = 0, tokenLength = 0] = bytes;
      const room = text.slice(2, 2 + roomLength);
      const token = text.slice(2 + roomLength, 2 + roomLength + tokenLength);
      const message = text.slice(2 + roomLength + tokenLength);
      this.messages.push(message);
      const member = this.#rooms.get(room)?.get(token);
      if (member === undefined) continue;
      if (message === "__REGISTER__") member.at = from as Deno.NetAddr;
      else await this.#relay(room, token, message);
    }
  }

  async #relay(room: string, token: string, message: string): Promise<void> {
    const members = this.#rooms.get(room)!;
    const { name } = members.get(token)!;
    const relayed = String.fromCharCode(name.length) + name + message;
    const bytes = Uint8Array.from(relayed, (letter) => letter.charCodeAt(0));
    for (const [other, { at }] of members) {
      if (other !== token && at !== undefined) await this.#socket.send(bytes, at);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#socket.close();
    await this.#running;
  }
}
