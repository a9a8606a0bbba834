/** `deno task cluster` as somebody runs it: what it prints, what works, what it leaves behind. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ProgramProcess } from "../support/process.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { askRoom, RawMember } from "../support/room_server.ts";
import { TempDir } from "../support/temp_dir.ts";

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-run"];

function cluster(...args: readonly string[]): ProgramProcess {
  return new ProgramProcess({ script: "tools/cluster.ts", permissions: PERMISSIONS, args });
}

/** The numbers of one program's line: its pid and its ports. */
function numbers(shown: string, name: string): number[] {
  const line = shown.split("\n").find((line) => line.startsWith(`  ${name}`)) ?? "";
  return (line.slice(name.length + 2).match(/\d+/g) ?? []).map(Number);
}

/** The number in a line on stderr, when that has come. */
async function told(tool: ProgramProcess, line: RegExp): Promise<number> {
  await eventually(`${line} on stderr`, () => line.test(tool.stderr));
  return Number(line.exec(tool.stderr)![1]);
}

/** Whether there is a process of this number. */
async function runs(pid: number): Promise<boolean> {
  const { code } = await new Deno.Command("kill", {
    args: ["-0", `${pid}`],
    stdout: "null",
    stderr: "null",
  }).output();
  return code === 0;
}

/** Listens on a port as soon as it is free. */
async function taken(port: number): Promise<Deno.TcpListener> {
  let listener: Deno.TcpListener | undefined;
  await eventually(`port ${port} is free`, () => {
    try {
      listener = Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
    return listener !== undefined;
  });
  return listener!;
}

Deno.test({
  name: "cluster: one command, one system, a killed server comes back, Ctrl-C ends all of it" +
    (Deno.build.os === "windows" ? " (needs signals)" : ""),
  ignore: Deno.build.os === "windows",
  async fn() {
    await using tool = cluster("--free-ports");
    const shown = await tool.shows("Ctrl-C stops all of it.");
    const [balancerPid, tcp, udp, roomsTcp, roomsUdp] = numbers(shown, "balancer") as [
      number,
      number,
      number,
      number,
      number,
    ];
    const pids = [balancerPid, ...[1, 2, 3].map((each) => numbers(shown, `server ${each}`)[0]!)];
    for (const pid of pids) assert(await runs(pid));

    for (const request of ["REG ann", "REG bob", "ADD ann bob"]) {
      assertEquals(await ask(tcp, `${request}\n`), "200 OK\r\n");
    }
    using ann = new RawUdp(udp);
    await ann.send("SET bob 100 ONLINE 4001");
    // Where the first server is slow, another one is asked, which may have yet to read of the ADD.
    await eventually("bob in the list", async () => {
      return await ann.ask("GET ann") === "bob 100 ONLINE 127.0.0.1 4001\n";
    });
    using host = await RawMember.enter({ tcp: roomsTcp, udp: roomsUdp }, 1, "lab", "ann");
    using guest = await RawMember.enter({ tcp: roomsTcp, udp: roomsUdp }, 2, "lab", "bob");
    await guest.says("hello");
    assertEquals(await host.hears(), "bob: hello");

    // Bob says that he is online every ten seconds, as clients do, and is so all the time.
    const saying = setInterval(() => ann.send("SET bob 100 ONLINE 4001"), 10_000);
    const home = await told(tool, /rooms: New client -> backend #(\d+)\n/) + 1;
    Deno.kill(pids[home]!, "SIGKILL");
    await tool.stderrShows(`cluster: server ${home} has ended (SIGKILL)`);
    assertEquals([await host.hears(), await guest.hears()], ["__ROOM_CLOSED__", "__ROOM_CLOSED__"]);
    await eventually(
      "the name is free again",
      async () => (await askRoom(roomsTcp, 1, "lab", '"eve"')).success,
    );
    const again = await told(tool, new RegExp(`cluster: server ${home} runs again, pid (\\d+)\n`));
    for (let turn = 0; turn < 30; turn++) {
      assertEquals(await ann.ask("GET ann"), "bob 100 ONLINE 127.0.0.1 4001\n");
      await new Promise((resume) => setTimeout(resume, 100));
    }
    clearInterval(saying);
    assertEquals(await ask(tcp, "REG ann\n"), "203 USER EXISTS\r\n");

    const { code, stdout } = await tool.endBy("SIGINT");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Everything has stopped.\n");
    for (const pid of [...pids, again]) assertEquals(await runs(pid), false);
  },
});

Deno.test({
  name: "cluster: a server whose port is taken is tried again until it is free",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using tool = cluster("--free-ports", "--servers=1");
    const [pid, port] = numbers(await tool.shows("Ctrl-C stops all of it."), "server 1");
    // The tool stands still until the port is taken: it would be faster some day.
    tool.signal("SIGSTOP");
    Deno.kill(pid!, "SIGKILL");
    const other = await taken(port!);
    tool.signal("SIGCONT");
    await tool.stderrShows("cluster: server 1 has ended (SIGKILL)");
    await tool.stderrShows(
      "cluster: server 1 did not start; see what it says above; the next try is in 4 s\n",
    );
    other.close();
    await tool.stderrShows("cluster: server 1 runs again, pid ");
    assertEquals((await tool.endBy("SIGINT")).code, 0);
  },
});

Deno.test({
  name: "cluster: all of it ends when nobody reads what it says any more",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using dir = await TempDir.make();
    const tool = new ProgramProcess({
      ...{ script: "tools/cluster.ts", permissions: PERMISSIONS },
      args: ["--free-ports", "--servers=1", `--data=${dir.path}/data`],
      under: ["sh", "-c", '{ "$0" "$@" 2>&1; echo "It ended with $?" >&9; } 9>&2 | head -1'],
    });
    const { stdout, stderr } = await tool.ended();
    assertEquals([stdout.split("\n").length, stderr], [2, "It ended with 1\n"]);
    const { code } = await new Deno.Command("pgrep", {
      args: ["-f", dir.path],
      stdout: "null",
    }).output();
    assertEquals(code, 1, "no server is left");
  },
});

Deno.test({
  name: "cluster: what it has started ends when it is killed itself",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using dir = await TempDir.make();
    await using tool = new ProgramProcess({
      ...{ script: "tools/cluster.ts", permissions: PERMISSIONS, env: { TMPDIR: dir.path } },
      args: ["--free-ports", "--servers=2"],
    });
    const shown = await tool.shows("Ctrl-C stops all of it.");
    const pids = ["balancer", "server 1", "server 2"].map((name) => numbers(shown, name)[0]!);
    for (const pid of pids) assert(await runs(pid));
    await tool.endBy("SIGKILL");
    for (const pid of pids) await eventually(`the end of ${pid}`, async () => !await runs(pid));
  },
});

Deno.test("cluster: what it cannot do it says, and leaves nothing behind", async () => {
  await using wrong = cluster("--servers", "10");
  const usage = await wrong.ended();
  assertEquals([usage.code, usage.stdout], [2, ""]);
  assertStringIncludes(usage.stderr, "expected a whole number from 1 to 9");

  await using elsewhere = cluster("--servers=1", "--free-ports", "--host=192.0.2.1");
  const failed = await elsewhere.ended();
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.stderr, "cluster: balancer did not start; see what it says above");
  assertStringIncludes(failed.stderr, "192.0.2.1");
});
