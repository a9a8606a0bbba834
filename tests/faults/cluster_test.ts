/**
 * Three servers over one database and one Redis, while each of these is killed and comes back, one
 * after the other: who was promised something has it, and everybody finds everybody again.
 */

import { assert, assertEquals } from "@std/assert";
import { ROOM_OPERATIONS } from "../../lib/wire/room_request.ts";
import { print } from "../../tools/print.ts";
import { Cluster, type ClusterServer, NO_CLUSTER } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember } from "../support/room_server.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";
import { PatientClients, patientlyAsk } from "./patient_clients.ts";
import { everybodyMeets, Talker } from "./talkers.ts";

const why = NO_CLUSTER === undefined ? "" : `: ${NO_CLUSTER}`;

Deno.test({
  name: `Redis killed and stopped: degraded, and everybody finds everybody again${why}`,
  ignore: NO_CLUSTER !== undefined,
}, async () => {
  await using cluster = await Cluster.start();
  const [one, two] = await cluster.servers(2) as [ClusterServer, ClusterServer];
  for (const request of ["REG ann", "REG bob", "ADD ann bob"]) {
    await patientlyAsk(one.ports.buddy.tcp, request);
  }
  using ann = await Talker.enter(one.ports.chat.tcp, "ann");
  using bob = await Talker.enter(two.ports.chat.tcp, "bob");
  const { create, join } = ROOM_OPERATIONS;
  using host = await RawMember.enter(one.ports.rooms, create, "lab", "ann");
  using guest = await RawMember.enter(two.ports.rooms, join, "lab", "bob");
  await allIsWell();
  const { redis } = cluster;
  for (let round = 0; round < extent(1, 5); round++) {
    for (
      const [name, breakIt, mend] of [
        ["SIGKILL", () => redis.end("SIGKILL"), () => redis.startAgain()],
        ["SIGSTOP", () => redis.signal("SIGSTOP"), () => redis.signal("SIGCONT")],
      ] as const
    ) {
      await breakIt();
      await eventually(
        "each knows its own only",
        async () => await ann.others() === "" && await bob.others() === "",
      );
      // Changes and this server's own presence go on.
      await setBob(one, "AWAY");
      await eventually("bob as heard here", async () => (await look(one)).includes("AWAY"));
      await patientlyAsk(two.ports.buddy.tcp, `REG ${name.toLowerCase()}${round}`);
      const mended = performance.now();
      await mend();
      await allIsWell();
      await eventually("told to the others", async () => (await look(two)).includes("AWAY"));
      print(`${name}: together again after ${Math.round(performance.now() - mended)} ms\n`);
      await setBob(two, "ONLINE");
      await eventually("bob back", async () => (await look(one)).includes("ONLINE"));
    }
  }
  for (const server of [one, two]) {
    const { code, stderr } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
    assert(
      stderr.includes("Redis failed, this server goes on") && stderr.includes("Redis is back"),
    );
    assert(!stderr.includes(redis.address.password), stderr);
  }

  async function allIsWell(): Promise<void> {
    await everybodyMeets([ann, bob], () => Promise.reject(new Error("somebody was ended")));
    const words = crypto.randomUUID();
    let isHeard = false;
    const hearing = (async () => {
      while (!(await guest.hears()).includes(words));
      isHeard = true;
    })();
    await eventually("the room", async () => {
      await guest.says("I am here");
      await host.says(words);
      return isHeard;
    });
    await within("the guest", hearing);
  }

  async function setBob(server: ClusterServer, status: string): Promise<void> {
    using client = new RawUdp(server.ports.buddy.udp);
    const code = status === "AWAY" ? 102 : 100;
    await client.send(`SET bob ${code} ${status} 4000\r\n`);
  }

  async function look(server: ClusterServer): Promise<string> {
    using client = new RawUdp(server.ports.buddy.udp);
    return await client.ask("GET ann\r\n");
  }
});

Deno.test({
  name: `servers, Redis and PostgreSQL killed one after the other, under load${why}`,
  ignore: NO_CLUSTER !== undefined,
}, async () => {
  await using cluster = await Cluster.start();
  const { postgres, redis } = cluster;
  let [one, two, three] = await cluster.servers(3) as ClusterServer[];
  const clients = new PatientClients(
    [one!, two!].map(({ ports }) => ports.buddy.tcp),
    "user",
    6,
  );
  try {
    for (let round = 0; round < extent(1, 5); round++) {
      for (
        const kill of [
          async () => {
            await three!.endBy("SIGKILL");
            three = await cluster.server();
          },
          async () => {
            await redis.end("SIGKILL");
            await clients.reached(clients.acknowledged.length + 20);
            await redis.startAgain();
          },
          async () => {
            await postgres.end("SIGKILL");
            await clients.refused(clients.refusals + 3);
            await postgres.startAgain();
          },
        ]
      ) {
        await kill();
        await clients.reached(clients.acknowledged.length + 50);
        // The one that came last knows what the others were told.
        const user = clients.acknowledged.at(-1)!;
        let reply = "";
        // It may not have asked the database again since that came back.
        await eventually("server 3 takes requests", async () => {
          reply = await ask(three!.ports.buddy.tcp, `REG ${user}\n`);
          return !reply.startsWith("500");
        });
        assertEquals(reply, "203 USER EXISTS\r\n");
      }
    }
  } finally {
    await clients.stop();
  }
  assertEquals(clients.strange, []);
  const users = new Set((await postgres.sql("SELECT id FROM parley.users")).split("\n"));
  assertEquals(clients.acknowledged.filter((user) => !users.has(user)), []);
});
