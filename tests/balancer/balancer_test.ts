import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Balancer } from "../../lib/balancer/balancer.ts";
import type { ServiceOptions } from "../../lib/config/service_options.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { TestBackend } from "../support/backends.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { serviceOptions } from "../support/test_balancer.ts";
import { over, UdpBackend } from "../support/udp_backend.ts";

async function start(
  services: Record<string, ServiceOptions>,
  log = new RecordedLog(),
): Promise<Balancer> {
  return await Balancer.start({
    services: new Map(Object.entries(services)),
    isQuiet: true,
    threads: 1,
    log,
    clock: () => performance.now(),
    random: Math.random,
    readFile: () => Promise.reject(new Error("no such file")),
  });
}

Deno.test("Balancer starts every service or none", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const log = new RecordedLog();
  const backends = ["127.0.0.1:1"];
  const error = await assertRejects(
    () =>
      start({
        one: serviceOptions({ backends }),
        two: serviceOptions({ backends, listen: (taken.addr as Deno.NetAddr).port }),
      }, log),
    OperationalError,
  );
  assertStringIncludes(error.message, "the port is in use");
  const port = log.entries[0]!.fields.port as number;
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("Balancer says which file of TLS it cannot read", async () => {
  const options = serviceOptions({ backends: ["127.0.0.1:1"], tlsCert: "c.pem", tlsKey: "k.pem" });
  const error = await assertRejects(() => start({ one: options }), OperationalError);
  assertEquals(error.message, 'Cannot read "c.pem" for TLS: no such file');
});

Deno.test("Balancer takes other options for all services, or leaves all as they are", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  const one = serviceOptions({ backends: [a.address] });
  const two = serviceOptions({ backends: [b.address] });
  const balancer = await start({ one, two });
  const answers = async (): Promise<string[]> =>
    await Promise.all([...balancer.services.values()].map(({ port }) => ask(port, "x\n")));
  assertEquals(await answers(), ["a x\n", "b x\n"]);

  const swapped = new Map([["one", { ...one, backends: two.backends }], ["two", {
    ...two,
    host: "0.0.0.0",
  }]]);
  assertThrows(
    () => balancer.reconfigure(swapped),
    OperationalError,
    'Cannot change "host" of two: restart for it',
  );
  assertThrows(
    () => balancer.reconfigure(new Map([["one", one]])),
    OperationalError,
    "Cannot change which services there are: restart for one",
  );
  assertEquals(await answers(), ["a x\n", "b x\n"]);
  balancer.reconfigure(new Map([["two", two], ["one", { ...one, backends: two.backends }]]));
  assertEquals(await answers(), ["b x\n", "b x\n"]);
  await balancer.stop(0);
});

Deno.test("a reload moves datagrams to other backends, and changes neither port nor protocol", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  const options = serviceOptions(over(a));
  const balancer = await start({ one: options });
  const { udpPort } = balancer.services.get("one")!;
  using client = new RawUdp(udpPort!);
  assertEquals(await client.ask("GET x"), "a: GET x\n");
  const moved = { ...serviceOptions(over(b)), udpListen: 0 };
  balancer.reconfigure(new Map([["one", moved]]));
  assertEquals(await client.ask("GET x"), "b: GET x\n");
  for (
    const [changed, message] of [
      [{ udpListen: 1 }, 'Cannot change "udpListen" of one: restart for it'],
      [{ udpAnswerTimeout: 1 }, 'Cannot change "udpAnswerTimeout" of one: restart for it'],
      [{ strategy: "hash-room" }, 'Cannot change "strategy" of one from round-robin to hash-room'],
    ] as const
  ) {
    assertThrows(
      () => balancer.reconfigure(new Map([["one", { ...moved, ...changed }]])),
      OperationalError,
      message,
    );
  }
  await balancer.stop(0);
});
