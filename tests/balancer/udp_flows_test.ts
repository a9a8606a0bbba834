import { assertEquals } from "@std/assert";
import { Backend } from "../../lib/balancer/backend.ts";
import { type Flow, Flows } from "../../lib/balancer/udp_flows.ts";

const pure = { permissions: "none" } as const;

const [A, B] = ["a", "b"].map((host, index) =>
  new Backend(index, { host, port: 1, weight: 1, max: Infinity, isBackup: false })
) as [Backend, Backend];

function member(flows: Flows<string>, port: number, room: string, backend = A): Flow<string> {
  return flows.add({
    client: { ip: "192.0.2.7", port },
    ...{ room, backend, link: `socket ${port} ${room}`, leaving: new Uint8Array() },
    place: { group: undefined, isProven: true },
    ...{ isMember: true, farewells: undefined, usedAt: 0 },
  });
}

function links(flows: readonly Flow<string>[]): string[] {
  return flows.map(({ link }) => link);
}

Deno.test("Flows finds a client's part in a room, and no other's", pure, () => {
  const flows = new Flows<string>(() => 1000);
  const flow = member(flows, 1, "lab");
  member(flows, 1, "hall");
  assertEquals(flows.find({ ip: "192.0.2.7", port: 1 }, "lab") === flow, true);
  assertEquals(flows.find({ ip: "192.0.2.7", port: 2 }, "lab"), undefined);
  assertEquals(flows.find({ ip: "192.0.2.8", port: 1 }, "lab"), undefined);
  assertEquals(flows.size, 2);
});

Deno.test(
  "Flows lets go of what carries nothing for too long, by the bound of the moment",
  pure,
  () => {
    let idleMs = 1000;
    const flows = new Flows<string>(() => idleMs);
    member(flows, 1, "lab");
    const used = member(flows, 2, "lab");
    flows.use(used, 500);
    assertEquals(links(flows.expire(999)), []);
    assertEquals(links(flows.expire(1000)), ["socket 1 lab"]);
    idleMs = 400;
    assertEquals(links(flows.expire(1000)), ["socket 2 lab"]);
    // What comes over its socket at the last moment does not bring it back.
    flows.use(used, 1001);
    assertEquals(flows.size, 0);
  },
);

Deno.test("Flows keeps one that has ended for five seconds", pure, () => {
  const flows = new Flows<string>(() => 300_000);
  member(flows, 1, "lab").isMember = false;
  assertEquals(links(flows.expire(4999)), []);
  assertEquals(links(flows.expire(5000)), ["socket 1 lab"]);
});

Deno.test("Flows ends those of a backend once, and of no other backend", pure, () => {
  const flows = new Flows<string>(() => 1000);
  member(flows, 1, "lab");
  member(flows, 2, "lab").isMember = false;
  member(flows, 3, "hall", B);
  assertEquals(links(flows.endWhere((backend) => backend === A)), ["socket 1 lab"]);
  assertEquals(links(flows.endWhere((backend) => backend === A)), []);
  assertEquals(links(flows.endWhere((backend) => backend === B)), ["socket 3 hall"]);
});
