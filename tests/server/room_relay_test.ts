import { assertEquals } from "@std/assert";
import { RoomRelay } from "../../lib/server/room_relay.ts";
import { RoomSeats } from "../../lib/server/room_seats.ts";
import type { DatagramAddress } from "../../lib/net/udp.ts";
import { encodeRoomDatagram } from "../../lib/wire/ucrp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { HOME, RoomPlay } from "../support/rooms.ts";

/** A relay without sockets, and the lab with ann, bob and eve in it, who talk from ports 6000 on. */
class RelayPlay {
  readonly play = new RoomPlay();
  /** Who was sent a datagram, by port. */
  readonly sent: number[] = [];
  readonly #seats = new RoomSeats(100, 100);
  readonly relay: RoomRelay;

  private constructor(unanswerable: readonly number[]) {
    this.relay = new RoomRelay({
      ...{ rooms: this.play.rooms, seats: this.#seats, log: new RecordedLog() },
      clock: this.play.clock.read,
      isAnswerable: ({ port }) => !unanswerable.includes(port),
      destination: ({ ip, port }) => ({ transport: "udp", hostname: ip, port }),
      send: (_datagram, { port }) => this.sent.push(port) > 0,
    });
  }

  static async start(...unanswerable: readonly number[]): Promise<RelayPlay> {
    const relay = new RelayPlay(unanswerable);
    const { play } = relay;
    await play.create("lab", "ann");
    for (const name of ["bob", "eve"]) await play.join("lab", name);
    for (const [at, name] of ["ann", "bob", "eve"].entries()) {
      relay.#seats.add(play.member("lab", name), play.clock.now);
      relay.says(name, "__REGISTER__", { ip: HOME, port: 6000 + at });
    }
    return relay;
  }

  says(name: string, message: string, from: DatagramAddress): void {
    const { token } = this.play.member("lab", name);
    this.relay.take(encodeRoomDatagram({ room: "lab", token }, message), from);
  }
}

Deno.test("RoomRelay relays to every other registered member, once", async () => {
  const relay = await RelayPlay.start();
  relay.says("ann", "hello", { ip: HOME, port: 6000 });
  assertEquals(relay.sent, [6001, 6002]);
});

Deno.test("RoomRelay registers nobody at an address that must not be sent to", async () => {
  const relay = await RelayPlay.start(6001, 7001);
  assertEquals(relay.relay.drops.forged, 1);
  relay.says("bob", "without a registration", { ip: HOME, port: 6001 });
  relay.says("eve", "__REGISTER__", { ip: "198.51.100.9", port: 7001 });
  assertEquals(relay.relay.drops.forged, 3);
  relay.says("ann", "hello", { ip: HOME, port: 6000 });
  assertEquals(relay.sent, [6002]);
});

Deno.test("RoomRelay sends nothing to somebody who is leaving", async () => {
  const relay = await RelayPlay.start();
  const { play } = relay;
  const written = Promise.withResolvers<void>();
  const change = play.store.change.bind(play.store);
  play.store.change = async (wanted) => {
    await written.promise;
    return await change(wanted);
  };
  relay.says("bob", "__LEAVE__", { ip: HOME, port: 6001 });
  relay.says("ann", "hello", { ip: HOME, port: 6000 });
  assertEquals(relay.sent, [6002]);
  written.resolve();
});

Deno.test("RoomRelay lets go of a member heard elsewhere, unless they were heard here since", async () => {
  const relay = await RelayPlay.start();
  const { play } = relay;
  const token = (name: string): string => play.member("lab", name).token;
  play.clock.advance(5000);
  relay.says("bob", "I am still here", { ip: HOME, port: 6001 });
  relay.sent.length = 0;
  assertEquals([...relay.relay.heardHere()].sort(([, a], [, b]) => a - b), [
    [token("bob"), 0],
    [token("ann"), 5000],
    [token("eve"), 5000],
  ]);
  relay.relay.movedAway(token("bob"), 4000);
  relay.relay.movedAway(token("eve"), 4000);
  relay.says("ann", "hello", { ip: HOME, port: 6000 });
  assertEquals(relay.sent, [6001]);
  assertEquals([...relay.relay.heardHere()].map(([heard]) => heard), [token("ann"), token("bob")]);
});
