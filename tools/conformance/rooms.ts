/** Rooms: the handshake over TCP, the talk over UDP. Rules: docs/protocols/rooms.md. */

import { hostileDatagramRules, hostileRules } from "./hostile.ts";
import {
  ask,
  askWith,
  CREATE,
  expectRefusal,
  expectToken,
  frame,
  JOIN,
  Member,
  twoInARoom,
} from "./room_wire.ts";
import { expect, newId, type Rule } from "./rule.ts";
import { Datagrams, pause, SILENCE_MS } from "./wire.ts";

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
  ...hostileRules(
    async (server) => void await expectToken("create", ask(server, CREATE, newId(), '"ann"')),
    20,
  ),
  ...hostileDatagramRules(async (server) => {
    using lab = await twoInARoom(server);
    await lab.guest.says("hello");
    await lab.host.hears("bob", "hello");
  }),
];
