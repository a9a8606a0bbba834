/**
 * The classic start: two servers, a balancer, and clients that are told nothing. Real processes on
 * the ports people know, so it is only played where those are free.
 */

import { assert, assertEquals } from "@std/assert";
import { BalancerProcess } from "../support/balancer_process.ts";
import { ClientProcess } from "../support/client_process.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

const PORTS = { tcp: [1234, 5001, 5002], udp: [1235, 1236] } as const;

function arePortsFree(): boolean {
  try {
    for (const port of PORTS.tcp) Deno.listen({ port }).close();
    for (const port of PORTS.udp) Deno.listenDatagram({ transport: "udp", port }).close();
    return true;
  } catch {
    return false;
  }
}

const areFree = arePortsFree();

Deno.test({
  name: "server 5001 1235, server 5002 1236, load_balancer, clients: the walkthrough works" +
    (areFree ? "" : " (needs the ports 1234, 1235, 1236, 5001 and 5002)"),
  ignore: !areFree,
  async fn() {
    await using directory = await TempDir.make();
    const [one, two] = [`${directory.path}/data1`, `${directory.path}/data2`];
    await using first = ServerProcess.spawn(["5001", "1235", one], { directory: directory.path });
    await using second = ServerProcess.spawn(["5002", "1236", two], { directory: directory.path });
    await Promise.all([first.ready(), second.ready()]);
    await using balancer = BalancerProcess.spawn(["--admin-port=0"]);
    const { services } = await balancer.ready();
    assertEquals(services, { buddy: { tcp: 1234, udp: null } });
    await balancer.stderrShows("[LB]   Backend 1: 127.0.0.1:5002\n");
    assertEquals(balancer.story.slice(0, 4), [
      "[LB] Load Balancer running on port 1234...",
      "[LB] Forwarding to 2 backend(s)",
      "[LB]   Backend 0: 127.0.0.1:5001",
      "[LB]   Backend 1: 127.0.0.1:5002",
    ]);

    // Every connection goes to the next server, and each of the two has users of its own.
    assertEquals(await ask(1234, "REG zoe\n"), "200 OK\r\n");
    assertEquals(await ask(1234, "REG zoe\n"), "200 OK\r\n");
    assertEquals(await ask(1234, "REG zoe\n"), "203 USER EXISTS\r\n");
    await using alice = new ClientProcess([]);
    await alice.sees("? help\n");
    await alice.types("R alice");
    await alice.sees("Registered as alice.");
    await alice.types("X");
    assertEquals((await alice.ended()).code, 0);

    await balancer.endBy("SIGTERM");
    const chosen = balancer.story.filter((line) => line.startsWith("[LB] New client -> "));
    assert(chosen.length >= 4);
    for (const [index, line] of chosen.entries()) {
      assertEquals(line, `[LB] New client -> backend #${index % 2}`);
    }
    for (
      const line of ["[LB] Client connected to backend: 127.0.0.1:5002", "[LB] Connection closed"]
    ) {
      assert(balancer.story.includes(line), line);
    }
  },
});

Deno.test("two servers that share a directory are one behind the balancer", async () => {
  await using directory = await TempDir.make();
  await using first = await ServerProcess.start(directory.path);
  await using second = await ServerProcess.start(directory.path);
  const backends = [first, second].map(({ ports }) => `127.0.0.1:${ports.buddy.tcp}`);
  await using balancer = await BalancerProcess.start(backends);
  const { udp } = first.ports.buddy;
  await using alice = await ClientProcess.register({ tcp: balancer.port, udp }, "alice");
  await using bob = await ClientProcess.register({ tcp: balancer.port, udp }, "bob");
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.\n");
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.\n");
  await bob.types("D alice", "D alice", "X");
  await bob.sees("Goodbye.");
  assertEquals(await ask(balancer.port, "ADD bob alice\n"), "200 OK\r\n");
  assertEquals(await ask(balancer.port, "ADD bob alice\n"), "201 INVALID\r\n");
});
