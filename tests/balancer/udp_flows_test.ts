import { assertEquals } from "@std/assert";
import { Backend } from "../../lib/balancer/backend.ts";
import { type Flow, Flows } from "../../lib/balancer/udp_flows.ts";

const pure = { permissions: "none" } as const;

const [A, B] = ["a", "b"].map((host, index) =>
  new Backend(index, { host, port: 1, weight: 1, max: Infinity, isBackup: false })
) as [Backend, Backend];

const NOTHING = new Uint8Array();

function member(flows: Flows<string>, port: number, seat: string, backend = A): Flow<string> {
  const flow: Flow<string> = {
    ...{ client: { ip: "192.0.2.7", port }, room: seat, seat, backend },
    ...{ link: `socket ${port} ${seat}`, registering: NOTHING, leaving: NOTHING },
    place: { group: undefined, isProven: true },
    ...{ isKnown: false, isAnswered: false, isMember: true, farewells: undefined },
    ...{ heardAt: port, usedAt: 0 },
  };
  flows.add(flow);
  return flow;
}

function links(flows: readonly Flow<string>[]): string[] {
  return flows.map(({ link }) => link);
}

Deno.test("Flows finds a client's way to a seat, and no other's", pure, () => {
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

Deno.test("Flows keeps one whose member is still to be taken out of a closed room", pure, () => {
  const flows = new Flows<string>(() => 300_000);
  const flow = member(flows, 1, "lab");
  flow.isMember = false;
  flow.farewells = 1;
  assertEquals(links(flows.leaving()), ["socket 1 lab"]);
  assertEquals(links(flows.expire(299_999)), []);
  flow.farewells = 0;
  assertEquals([flows.leaving(), links(flows.expire(299_999))], [[], ["socket 1 lab"]]);
});

Deno.test("Flows has the longest unused of those that are not known give way", pure, () => {
  const flows = new Flows<string>(() => 1000);
  const [first, second, third] = [1, 2, 3].map((port) => member(flows, port, "lab"));
  second!.isKnown = true;
  flows.use(first!, 5);
  const any = (): boolean => true;
  assertEquals(flows.weakest(any) === third, true);
  flows.remove(third!);
  assertEquals(flows.weakest(any) === first, true);
  assertEquals(flows.weakest(() => false), undefined);
  first!.isKnown = true;
  assertEquals(flows.weakest(any), undefined);
});

Deno.test("Flows takes a member to be where an answer came to last, and nowhere else", pure, () => {
  const flows = new Flows<string>(() => 1000);
  const [before, now, other] = [
    member(flows, 1, "lab"),
    member(flows, 2, "lab"),
    member(flows, 1, "hall"),
  ];
  // On its way there before they moved.
  flows.answered(before);
  assertEquals([before.isKnown, now.isMember, other.isMember], [true, true, true]);
  flows.answered(now);
  assertEquals([before.isMember, before.isKnown, now.isKnown], [false, false, true]);
  assertEquals(links(flows.at(A)), ["socket 2 lab", "socket 1 hall"]);
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
