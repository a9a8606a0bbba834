/**
 * A server that starts goes on for one that died: members hear again without a word of theirs.
 */

import { assertEquals } from "@std/assert";
import { RoomRelay } from "../../lib/server/room_relay.ts";
import { RoomSeats } from "../../lib/server/room_seats.ts";
import { SharedRooms } from "../../lib/server/shared_rooms.ts";
import type { Store } from "../../lib/storage/store.ts";
import { encodeRoomDatagram } from "../../lib/wire/ucrp.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { HOME, RoomPlay } from "../support/rooms.ts";

/** A server's relay without sockets. */
class Site {
  readonly play: RoomPlay;
  /** Who was sent a datagram, by port. */
  readonly sent: number[] = [];
  readonly relay: RoomRelay;
  readonly #seats = new RoomSeats(100, 100);

  constructor(hub: ExchangeHub, server: string, store?: Store) {
    this.play = new RoomPlay({ isShared: true, ...(store === undefined ? {} : { store }) });
    const others = new SharedRooms(hub.state(server), {
      changed: () => {},
      heardElsewhere: (token, agoMs) => this.relay.movedAway(token, agoMs),
      heardHere: () => this.relay.heardHere(),
    });
    this.relay = new RoomRelay({
      ...{ rooms: this.play.rooms, seats: this.#seats, others, log: new RecordedLog() },
      clock: this.play.clock.read,
      isAnswerable: () => true,
      destination: ({ ip, port }) => ({ transport: "udp", hostname: ip, port }),
      send: (_datagram, { port }) => this.sent.push(port) > 0,
    });
  }

  /** Reads the rooms, and gives everybody a seat. */
  async read(): Promise<void> {
    await this.play.rooms.catchUp(this.play.clock.now);
    for (const member of this.play.members.values()) {
      this.#seats.add(member, this.play.clock.now);
    }
  }

  says(name: string, message: string, port: number): void {
    const { token } = this.play.member("lab", name);
    const from = { ip: HOME, port };
    // Behind a balancer, which has a port for each.
    this.relay.take(encodeRoomDatagram({ room: "lab", token }, message), from, {
      ...from,
      port: port + 1000,
    });
  }
}

Deno.test("a server that starts takes over whom nobody hears, and nobody else", async () => {
  const hub = new ExchangeHub();
  const dying = new Site(hub, "1");
  const { store } = dying.play;
  await dying.play.create("lab", "ann");
  for (const name of ["bob", "eve", "kim"]) await dying.play.join("lab", name);
  await dying.read();
  const living = new Site(hub, "2", store);
  await living.read();
  for (const [at, name] of ["ann", "bob"].entries()) dying.says(name, "__REGISTER__", 6000 + at);
  living.says("eve", "__REGISTER__", 6002);

  hub.cutOff("1");
  const later = new Site(hub, "3", store);
  await later.read();
  await later.relay.settle();
  living.says("eve", "is anybody there?", 6002);
  // Kim never registered anywhere.
  assertEquals(later.sent.toSorted(), [7000, 7001]);
  // It has them now: another one that starts finds nobody.
  const last = new Site(hub, "4", store);
  await last.read();
  await last.relay.settle();
  living.says("eve", "is anybody there?", 6002);
  assertEquals([last.sent.length, later.sent.length], [0, 4]);
  // Until they talk to another one.
  last.says("bob", "__REGISTER__", 6001);
  later.sent.length = 0;
  living.says("eve", "is anybody there?", 6002);
  assertEquals([last.sent, later.sent], [[7001], [7000]]);
});
