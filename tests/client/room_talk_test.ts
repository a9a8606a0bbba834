import { assert, assertEquals } from "@std/assert";
import { RoomTalk } from "../../lib/client/room_talk.ts";
import { DEFAULT_ROOM_LIMITS } from "../../lib/core/limits.ts";
import { TokenBucket } from "../../lib/net/token_bucket.ts";
import { parseRoomDatagram } from "../../lib/wire/ucrp.ts";
import { TOKEN } from "../samples/room_samples.ts";
import { eventually } from "../support/eventually.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

/** A server that hears one member, and says what a test wants. */
class HeardMember implements AsyncDisposable {
  readonly heard: string[] = [];
  readonly talk: RoomTalk;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  #member: Deno.NetAddr | undefined;

  constructor(keepAliveSeconds?: number) {
    const { port } = this.#socket.addr as Deno.NetAddr;
    const listener = {
      said: (sender: string, text: string) => this.heard.push(`${sender}: ${text}`),
      closed: () => this.heard.push("closed"),
    };
    this.talk = new RoomTalk(
      { room: "lab", token: TOKEN },
      { ip: "127.0.0.1", port },
      { listener, log: new RecordedLog() },
      keepAliveSeconds,
    );
  }

  /** The message of the next datagram. */
  async next(): Promise<string> {
    const [bytes, from] = await within("a datagram", this.#socket.receive());
    this.#member = from as Deno.NetAddr;
    const datagram = parseRoomDatagram(bytes);
    const [room, token, message] = [datagram!.room, datagram!.token, datagram!.message]
      .map((part) => new TextDecoder().decode(part));
    assertEquals([room, token], ["lab", TOKEN]);
    return message!;
  }

  /** The port of the server. */
  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Waits until so much was heard. */
  async hears(count: number): Promise<void> {
    await eventually(`${count} times something`, () => this.heard.length >= count);
  }

  /** Sends the member a datagram, from the server or from another socket. */
  async tell(datagram: string, socket: Deno.DatagramConn = this.#socket): Promise<void> {
    await socket.send(new TextEncoder().encode(datagram), this.#member!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.talk.end();
    this.#socket.close();
  }
}

Deno.test("RoomTalk registers at once, and goes on registering", async () => {
  await using member = new HeardMember(0.02);
  for (let number = 0; number < 4; number++) assertEquals(await member.next(), "__REGISTER__");
});

Deno.test("RoomTalk sends in order, and leaves behind what was said", async () => {
  await using member = new HeardMember();
  for (let number = 0; number < 50; number++) member.talk.send(`${number}`);
  const leaving = member.talk.leave();
  assertEquals(await member.next(), "__REGISTER__");
  for (let number = 0; number < 50; number++) assertEquals(await member.next(), `${number}`);
  assertEquals(await member.next(), "__LEAVE__");
  await leaving;
  await member.talk.leave();
});

Deno.test("RoomTalk says that it is there every 20 seconds, unless told otherwise", async () => {
  const every: number[] = [];
  const { setInterval } = globalThis;
  let tick = (): void => {};
  globalThis.setInterval = ((action: () => void, milliseconds: number) => {
    every.push(milliseconds);
    tick = action;
    return setInterval(() => {}, 1_000_000);
  }) as typeof setInterval;
  await using member = new HeardMember();
  globalThis.setInterval = setInterval;
  assertEquals(every, [20_000]);
  assertEquals(await member.next(), "__REGISTER__");
  tick();
  assertEquals(await member.next(), "__REGISTER__");
});

Deno.test("RoomTalk says no more than a server takes, in order", async () => {
  await using member = new HeardMember();
  assertEquals(await member.next(), "__REGISTER__");
  const allowance = new TokenBucket(
    ...[DEFAULT_ROOM_LIMITS.roomDatagramRate, DEFAULT_ROOM_LIMITS.roomDatagramBurst] as const,
    performance.now(),
  );
  const saying = (async () => {
    for (let number = 0; number < 220; number++) await member.talk.say(`${number}`);
  })();
  for (let number = 0; number < 220; number++) {
    assertEquals(await member.next(), `${number}`);
    assert(allowance.take(performance.now()), `message ${number} is not too much`);
  }
  await saying;
});

Deno.test("RoomTalk hears the server where it asked, or where it first answers from", async () => {
  await using member = new HeardMember();
  await member.next();
  const sayFrom = async (hostname: string, text: string): Promise<void> => {
    const other = Deno.listenDatagram({ transport: "udp", hostname, port: member.port });
    await member.tell(text, other);
    other.close();
  };
  // A second address of the server, until it answers from where it was asked.
  await sayFrom("127.0.0.2", "\x03bobone");
  await sayFrom("127.0.0.2", "\x03bobtwo");
  await member.hears(2); // what two sockets send may come in any order
  await member.tell("\x03bobthree");
  await member.hears(3);
  await sayFrom("127.0.0.2", "\x03evefour");
  await sayFrom("127.0.0.2", "__ROOM_CLOSED__");
  await member.tell("\x03bobfive");
  await member.hears(4);
  assertEquals(member.heard, ["bob: one", "bob: two", "bob: three", "bob: five"]);
});

Deno.test("RoomTalk hears the server's port only, until the room closes", async () => {
  await using member = new HeardMember();
  await member.next();
  const other = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await member.tell("\x03eveforged", other);
  await member.tell("__ROOM_CLOSED__", other);
  other.close();
  await member.tell("\x03bobhello");
  await member.tell("\xff");
  await member.tell("__ROOM_CLOSED__");
  await member.tell("\x03boblate");
  await member.hears(2);
  assertEquals(member.heard, ["bob: hello", "closed"]);
});
