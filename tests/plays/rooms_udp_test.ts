/**
 * Talking in rooms over UDP, on real sockets. Rules: protocols/rooms.md, UCRP.
 */

import { assertEquals } from "@std/assert";
import { latin1 } from "../samples/sample.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember, RoomServer } from "../support/room_server.ts";

/** Four members of the lab, ann its host, on a server of their own. */
class FourMembers implements AsyncDisposable {
  readonly server: RoomServer;
  readonly ann: RawMember;
  readonly bob: RawMember;
  readonly eve: RawMember;
  readonly kim: RawMember;

  private constructor(server: RoomServer, members: readonly RawMember[]) {
    this.server = server;
    [this.ann, this.bob, this.eve, this.kim] = members as [
      RawMember,
      RawMember,
      RawMember,
      RawMember,
    ];
  }

  static async meet(): Promise<FourMembers> {
    const server = await RoomServer.start();
    const members = [await server.create("lab", "ann")];
    for (const name of ["bob", "eve", "kim"]) members.push(await server.join("lab", name));
    return new FourMembers(server, members);
  }

  /** Who said what is heard by these, and next by nobody else. */
  async hear(what: string, ...members: readonly RawMember[]): Promise<void> {
    for (const member of members) assertEquals(await member.hears(), what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of [this.ann, this.bob, this.eve, this.kim]) member[Symbol.dispose]();
    await this.server.stop();
  }
}

Deno.test("UCRP: what one says the three others hear, once, under the bare name", async () => {
  await using play = await FourMembers.meet();
  const { ann, bob, eve, kim } = play;
  await ann.says("hello");
  await play.hear("ann: hello", bob, eve, kim);
  await kim.says("花 and é");
  await play.hear("kim: 花 and é", ann, bob, eve);
  await bob.says("");
  await play.hear("bob: ", ann, eve, kim);
  // Words with a meaning have it alone; unknown words are text, as an older server has it.
  for (const text of ["__REGISTER__!", "__leave__", "__WHO__", "__ROOM_CLOSED__", "/who"]) {
    await eve.says(text);
    await play.hear(`eve: ${text}`, ann, bob, kim);
  }
});

Deno.test("UCRP: a guest leaves and nobody is told; what comes from them then is nothing", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  await bob.says("__LEAVE__");
  await server.until("bob is gone", ([lab]) => lab?.members.length === 3);
  await bob.says("still here");
  await ann.says("bob?");
  await play.hear("ann: bob?", eve, kim);
  using again = await server.join("lab", "bob");
  await ann.says("welcome back");
  await play.hear("ann: welcome back", again, eve, kim);
  await again.says("thanks");
  await play.hear("bob: thanks", ann, eve, kim);
});

Deno.test("UCRP: the host leaves: every other member is told, and the name is free", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  await ann.says("__LEAVE__");
  await play.hear("__ROOM_CLOSED__", bob, eve, kim);
  assertEquals(await server.store.rooms(), []);
  await bob.says("anybody?");
  using host = await server.create("lab", "bob");
  using guest = await server.join("lab", "eve");
  await host.says("a new room");
  await play.hear("bob: a new room", guest);
});

Deno.test("UCRP: a member whose address changes says so with __REGISTER__", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  using moved = new RawMember(server.udp, "lab", bob.token);
  await moved.says("not registered from here");
  await moved.says("__REGISTER__");
  await moved.says("here I am");
  await play.hear("bob: here I am", ann, eve, kim);
  await bob.says("from the old address");
  await ann.says("hello bob");
  await play.hear("ann: hello bob", moved, eve, kim);
});

Deno.test("UCRP: a forged source with a valid token is dropped, its leave too", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  // From another port, and from another address.
  for (const from of ["127.0.0.1", "127.0.0.2"]) {
    using forger = new RawMember(server.udp, "lab", ann.token, from);
    for (const text of ["I am ann", "__LEAVE__"]) await forger.says(text);
  }
  await ann.says("the real one");
  await play.hear("ann: the real one", bob, eve, kim);
  assertEquals((await server.store.rooms())[0]?.members.length, 4);
});

Deno.test("UCRP: what is wrong is dropped and counted, never answered", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  using attic = await server.create("attic", "ann");
  using stranger = new RawMember(server.udp, "lab", `token_${"0".repeat(32)}`);
  await stranger.says("hello");
  using wrongRoom = new RawMember(server.udp, "attic", bob.token);
  await wrongRoom.says("__REGISTER__");
  await bob.send(latin1(String.fromCharCode(...bob.datagram("")) + "\xff\xfe"));
  await bob.send(latin1("\xff\xff"));
  await bob.send(latin1(""));
  await bob.send(bob.datagram("x".repeat(4096)));
  await bob.says("after all that");
  await play.hear("bob: after all that", ann, eve, kim);
  await attic.says("nobody here");
  await server.stop();
  // A second may have passed in the middle: what was dropped is told in one line or in two.
  const dropped = new Map<string, number>();
  for (const { message, fields = {} } of server.log.entries) {
    if (!message.startsWith("Room datagrams")) continue;
    for (const [why, count] of Object.entries(fields)) {
      dropped.set(why, (dropped.get(why) ?? 0) + Number(count));
    }
  }
  assertEquals(Object.fromEntries(dropped), { malformed: 3, unknown: 2, notText: 1 });
});

Deno.test("UCRP: a datagram of 4096 bytes is relayed, one more is not", async () => {
  await using play = await FourMembers.meet();
  const { ann, bob, eve, kim } = play;
  const room = 4096 - ann.datagram("").length;
  await ann.says("x".repeat(room + 1));
  await ann.says("y".repeat(room));
  await play.hear(`ann: ${"y".repeat(room)}`, bob, eve, kim);
});

Deno.test("UCRP: more datagrams than one may send are dropped, others are heard", async () => {
  const limits = { roomDatagramRate: 1, roomDatagramBurst: 5 };
  await using server = await RoomServer.start({ limits });
  using ann = await server.create("lab", "ann");
  using bob = await server.join("lab", "bob");
  // Registering was the first of five.
  for (let number = 1; number <= 10; number++) await ann.says(`${number}`);
  await bob.says("enough");
  assertEquals(await ann.hears(), "bob: enough");
  for (let number = 1; number <= 4; number++) assertEquals(await bob.hears(), `ann: ${number}`);
  server.clock.advance(1000);
  await ann.says("a second later");
  assertEquals(await bob.hears(), "ann: a second later");
  await ann.says("__LEAVE__");
  assertEquals(await bob.hears(), "__ROOM_CLOSED__", "leaving is never too much");
});

Deno.test("UCRP: forged datagrams use up nothing of what a member may send", async () => {
  const limits = { roomDatagramRate: 1, roomDatagramBurst: 5 };
  await using server = await RoomServer.start({ limits });
  using ann = await server.create("lab", "ann");
  using bob = await server.join("lab", "bob");
  using forger = new RawMember(server.udp, "lab", ann.token);
  for (let number = 0; number < 20; number++) await forger.says("I am ann");
  await ann.says("I am ann");
  assertEquals(await bob.hears(), "ann: I am ann");
});

Deno.test("UCRP: who never registered is registered by what they say, from where they joined", async () => {
  await using server = await RoomServer.start();
  using ann = await server.create("lab", "ann");
  const answer = await server.ask(2, "lab", '"bob"');
  if (!answer.success) throw new Error(answer.error);
  using bob = new RawMember(server.udp, "lab", answer.token);
  await bob.says("hello");
  assertEquals(await ann.hears(), "bob: hello");
  await ann.says("hello bob");
  assertEquals(await bob.hears(), "ann: hello bob");
});

Deno.test("UCRP: garbage hurts nobody, however much of it comes", async () => {
  await using play = await FourMembers.meet();
  const { server, ann, bob, eve, kim } = play;
  using noise = new RawUdp(server.udp);
  const bytes = new Uint8Array(64);
  for (let round = 0; round < 40; round++) {
    // Fewer than the system's buffer holds, so that what is said is not lost in them.
    for (let number = 0; number < 50; number++) {
      crypto.getRandomValues(bytes);
      await noise.send(bytes.subarray(0, (round * 50 + number) % 65));
    }
    await ann.says(`still here ${round}`);
    await play.hear(`ann: still here ${round}`, bob, eve, kim);
  }
});
