/**
 * Coming back into rooms of a real server that has forgotten them, or their members.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { RoomLink } from "../../lib/client/room_link.ts";
import { enterAgain } from "../../lib/client/room_return.ts";
import { TypedLines } from "../../lib/client/typed_lines.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { memberName, roomName } from "../samples/room_samples.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { NOBODYS_PORT } from "../support/machine.ts";
import { RoomServer } from "../support/room_server.ts";
import { freePort } from "../support/free_port.ts";
import { within } from "../support/within.ts";

const LAB = roomName("lab");

/** Somebody who was put out of the lab. */
class Outsider implements AsyncDisposable {
  readonly terminal = new FakeTerminal(true);
  readonly #stop = Promise.withResolvers<void>();
  readonly entered: ReturnType<typeof enterAgain>;
  #pause: Promise<void> = Promise.resolve();

  constructor(ports: { readonly tcp: number; readonly udp: number }, kind: "create" | "join") {
    const link = new RoomLink({ host: "127.0.0.1", tcpPort: ports.tcp, udpPort: ports.udp });
    const before = { kind, room: LAB, member: memberName("ann"), password: undefined };
    this.entered = enterAgain(link, before, "Lost room lab", {
      ...{ terminal: this.terminal, lines: new TypedLines(this.terminal) },
      stopped: this.#stop.promise,
      pause: () => this.#pause = new Promise((resume) => setTimeout(resume, 5)),
    });
    this.entered.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.resolve();
    await within("the end", this.entered.catch(() => {}));
    await this.#pause;
  }
}

Deno.test("a member joins again, a host opens the room again, when the server is back", async () => {
  const ports = { tcp: freePort(), udp: freePort() };
  await using host = new Outsider(ports, "create");
  await host.terminal.sees("Lost room lab; trying to enter again in 1 s. q leaves.");
  host.terminal.types("anybody?");
  await host.terminal.sees("(not delivered) anybody?");
  await using server = await RoomServer.start({ ports });
  const entered = await within("the host", host.entered);
  assertEquals(entered?.request.kind, "create");
  await server.store.change({ kind: "leave room", room: "lab", member: "ann" });
});

Deno.test("who was put out of a room that is there joins it, also its host", async () => {
  await using server = await RoomServer.start();
  using _bob = await server.create("lab", "bob");
  await using host = new Outsider(server, "create");
  assertEquals((await within("the host", host.entered))?.request.kind, "join");
});

Deno.test("a member waits for somebody to open the room, but not for ever", async () => {
  await using server = await RoomServer.start();
  await using member = new Outsider(server, "join");
  const error = await assertRejects(() => within("the end", member.entered), OperationalError);
  assertEquals(error.message, "Cannot join room lab: there is no room of that name");
  const waits = member.terminal.shown.filter((line) => line.includes("trying to enter again"));
  assertEquals(waits.length, 5);
});

Deno.test("q gives up coming back", async () => {
  await using member = new Outsider({ tcp: NOBODYS_PORT, udp: NOBODYS_PORT }, "join");
  await member.terminal.sees("Cannot reach");
  member.terminal.types("q");
  assertEquals(await within("the end", member.entered), undefined);
});
