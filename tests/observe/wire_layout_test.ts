import { assert, assertEquals } from "@std/assert";
import { isShown, layoutOf, openPart, pinnedAt } from "../../lib/observe/wire_layout.js";
import { between } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

Deno.test("layoutOf() puts clients, then balancers, then servers, as they appeared", NONE, () => {
  const messages = [
    between("server 10.0.0.1:5001", "balancer"),
    between("bob", "balancer"),
    between("balancer", "server 10.0.0.2:5001"),
    between("alice", "balancer"),
  ];
  const parties = ["bob", "alice", "balancer", "server 10.0.0.1:5001", "server 10.0.0.2:5001"];
  assertEquals(layoutOf(messages, 1000).parties, parties);
});

Deno.test("layoutOf() takes the room there is, within reason", NONE, () => {
  const messages = [between("alice", "server")];
  assertEquals([0, 500, 5000].map((room) => layoutOf(messages, room).spacing), [130, 200, 260]);
  assertEquals(layoutOf([], 500), {
    ...{ parties: [], spacing: 260, width: 360, room: 500, pinned: 0 },
  });
});

Deno.test("isShown() goes by user, protocol, and whether connections are wanted", NONE, () => {
  const all = { user: "", protocol: "", connections: false };
  const message = between("alice", "server");
  assert(isShown(message, all));
  assert(isShown(message, { ...all, user: "alice", protocol: "buddy" }));
  assert(!isShown(message, { ...all, user: "bob" }));
  assert(!isShown(message, { ...all, protocol: "presence" }));
  assert(isShown(between("balancer", "server", { user: "alice" }), { ...all, user: "alice" }));
  const open = between("alice", "server", { kind: "open" });
  assert(!isShown(open, all) && isShown(open, { ...all, connections: true }));
});

Deno.test(
  "isShown() takes names as people type them, and a kind of program for all of it",
  NONE,
  () => {
    const isOf = (user: string, from: string, to = "balancer"): boolean =>
      isShown(between(from, to, { user: undefined }), { user, protocol: "", connections: false });
    assert(isOf("Alice", "alice") && isOf("alice", "Alice"));
    assert(
      isOf("server", "server 127.0.0.1:5001") &&
        isOf("Server 127.0.0.1:5001", "server 127.0.0.1:5001"),
    );
    assert(isOf("balancer", "alice") && isOf("balancer", "balancer 127.0.0.1", "server"));
    assert(!isOf("serv", "server 127.0.0.1:5001") && !isOf("ann", "ann lee"));
  },
);

/** A class: many clients, and the programs that serve them. */
function classOf(size: number, ...programs: string[]) {
  const students = Array.from({ length: size }, (_, index) => `student${index}`);
  const [first = "server"] = programs;
  return [
    ...students.map((name) => between(name, first)),
    ...programs.slice(1).map((name) => between(first, name)),
  ];
}

Deno.test("layoutOf() keeps programs in view where not all fits, and there is room", NONE, () => {
  const pinned = (room: number, ...programs: string[]): number =>
    layoutOf(classOf(28, ...programs), room).pinned;
  assertEquals(pinned(900, "server"), 1);
  assertEquals(pinned(900, "balancer", "server 1", "server 2"), 3);
  assertEquals(pinned(330, "server"), 1);
  assertEquals(pinned(330, "balancer", "server 1", "server 2"), 0);
  assertEquals(pinned(4000, "server"), 0, "all of it fits");
});

Deno.test("openPart() is what is seen between the times and the columns that stay", NONE, () => {
  const layout = layoutOf(classOf(28, "balancer", "server 1"), 900);
  assertEquals([layout.width, pinnedAt(layout)], [100 + 30 * 130, 100 + 28 * 130]);
  assertEquals(openPart(layout, [165, 3805], 0), [100, 900 - 260 - 4]);
  assertEquals(openPart(layout, [165, 3805], 1000), [1100, 1900 - 260 - 4]);
  assertEquals(openPart(layout, [3805, 3935], 0), [3744, 3996], "between two that stay");
});
