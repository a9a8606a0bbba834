/**
 * Tries the executables of `dist/` as somebody does who copied them to another machine, as
 * `deno task test:compiled`: in an empty directory, without PATH and without an environment.
 */

import { exists } from "@std/fs";
import { COMMIT_FILE } from "../lib/config/commit.ts";
import { VERSION } from "../lib/core/version.ts";
import { wordsFor } from "./command_line.ts";
import { EXECUTABLES } from "./compile/executables.ts";
import { sumsOf } from "./compile/sums.ts";
import { fileName, shortName } from "./compile/targets.ts";
import { complain, print } from "./print.ts";
import { Program, StoryError } from "./walkthrough/program.ts";
import { playStory } from "./walkthrough/story.ts";

wordsFor("test:compiled", "Try the executables of dist/ as a stranger: deno task test:compiled\n");

let passed = 0;
let failed = 0;

async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed++;
    print(`${name} ... ok\n`);
  } catch (error) {
    failed++;
    complain(`${name} ... FAILED\n${error instanceof StoryError ? error.message : error}`);
  }
}

const fileOf = (name: string): string => shortName(name, Deno.build.target);
for (const { name } of EXECUTABLES) {
  const file = `dist/${fileOf(name)}`;
  if (await exists(file)) continue;
  complain(`There is no ${file}: build it first, deno task compile`);
  Deno.exit(1);
}
const directory = await Deno.makeTempDir({ prefix: "parley-compiled-" });
try {
  for (const { name } of EXECUTABLES) {
    await Deno.copyFile(`dist/${fileOf(name)}`, `${directory}/${fileOf(name)}`);
  }
  const launch = (name: string): { command: string; args: string[]; clearEnv: true } => ({
    command: `${directory}/${fileOf(name)}`,
    args: [],
    clearEnv: true,
  });
  await check("SHA256SUMS has the sum of each, under its long name", async () => {
    const told = await Deno.readTextFile("dist/SHA256SUMS");
    const names = EXECUTABLES.map(({ name }) => fileName(name, VERSION, Deno.build.target));
    for (const line of (await sumsOf("dist", names)).trimEnd().split("\n")) {
      if (!told.includes(`${line}\n`)) throw new StoryError(`There is no line "${line}"`);
    }
  });
  const commit = (await Deno.readTextFile(COMMIT_FILE)).trim();
  for (const { name } of EXECUTABLES) {
    await check(`${name} --version tells version and commit`, async () => {
      await using program = new Program(name, launch(name), ["--version"], directory);
      await program.sees(`${name} ${VERSION} (commit ${commit})`);
      await program.leaves();
    });
    await check(`${name} --help shows examples, under its own name`, async () => {
      await using program = new Program(name, launch(name), ["--help"], directory);
      await program.sees(`Usage: ${name}`);
      await program.sees("Examples:");
      await program.sees(`  ${name}`);
      await program.leaves();
    });
    await check(`${name} refuses an option under its own name`, async () => {
      const { command, clearEnv } = launch(name);
      const options: Deno.CommandOptions = {
        args: ["--confg"],
        clearEnv,
        cwd: directory,
        stdin: "null",
      };
      const told = new TextDecoder().decode(
        (await new Deno.Command(command, options).output()).stderr,
      );
      const expected = `${name}: Unknown option "--confg", did you mean --config?\n`;
      if (told !== expected) throw new StoryError(`Expected "${expected}", got "${told}"`);
    });
  }
  await check("the walkthrough passes with the executables", () =>
    playStory({
      server: launch("parley-server"),
      client: launch("parley-client"),
      directory,
      transcripts: [`${directory}/output1.txt`, `${directory}/output2.txt`],
    }));
  for (const { name } of EXECUTABLES.filter(({ name }) => name.startsWith("parley-"))) {
    await check(`${name} completions tells a shell what Tab offers`, async () => {
      const words = ["completions", "bash"];
      await using program = new Program(name, launch(name), words, directory);
      await program.sees(`complete -F _${name.replaceAll("-", "_")} ${name}`);
      await program.leaves();
    });
  }
  await check("parley-client registers and tells of buddies, a command each", async () => {
    const args = ["0", "0", "commands", "--host", "127.0.0.1"];
    await using server = new Program("parley-server", launch("parley-server"), args, directory);
    const { buddy } = JSON.parse((await server.sees("ready ")).slice("ready ".length));
    const at = `@127.0.0.1:${buddy.tcp}/${buddy.udp}`;
    const STEPS: readonly (readonly [words: readonly string[], told: string])[] = [
      [["reg", `alice${at}`], "Registered as alice."],
      [["reg", `bob${at}`], "Registered as bob."],
      [["add", `alice${at}`, "bob"], "bob is now a buddy of alice."],
      [
        ["status", `alice${at}`, "--json"],
        '"buddy":"bob","status":"OFFLINE","ip":null,"port":null}',
      ],
    ];
    for (const [words, told] of STEPS) {
      const launched = launch("parley-client");
      await using client = new Program("parley-client", launched, words, directory);
      await client.sees(told);
      await client.leaves();
    }
    await server.stops();
  });
  await check("parley-server compacts, which it does in a thread of its own", async () => {
    const args = ["0", "0", "compacted", "--host", "127.0.0.1", "--compact-from", "1"];
    const launched = launch("parley-server");
    await using server = new Program("parley-server", launched, args, directory);
    const ready = await server.sees("ready ");
    const { buddy } = JSON.parse(ready.slice("ready ".length));
    const changes = Deno.watchFs(`${directory}/compacted`);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: buddy.tcp });
    await connection.write(new TextEncoder().encode("REG ann\n"));
    const patience = setTimeout(() => changes.close(), 60_000);
    let snapshot = "";
    for await (const _ of changes) {
      snapshot = await Deno.readTextFile(`${directory}/compacted/users.txt`).catch(() => "");
      if (snapshot !== "") break;
    }
    clearTimeout(patience);
    if (!snapshot.includes("\nuser ann - ")) throw new StoryError("No users.txt was written");
    await server.stops();
  });
  await check("parley-lb carries connections in two threads", async () => {
    const args = ["0", "0", "balanced", "--host", "127.0.0.1"];
    await using server = new Program("parley-server", launch("parley-server"), args, directory);
    const { buddy } = JSON.parse((await server.sees("ready ")).slice("ready ".length));
    const backend = `--backend=127.0.0.1:${buddy.tcp}`;
    const words = ["--host=127.0.0.1", "--listen=0", "--admin-port=0", "--workers=2", backend];
    await using balancer = new Program("parley-lb", launch("parley-lb"), words, directory);
    const { services, admin } = JSON.parse((await balancer.sees("ready ")).slice("ready ".length));
    const taken = async (): Promise<number[]> => {
      const report = await fetch(`http://127.0.0.1:${admin}/`).then((answer) => answer.json());
      return report.services.buddy.taken;
    };
    for (let user = 0; (await taken()).includes(0); user++) {
      using client = await Deno.connect({ hostname: "127.0.0.1", port: services.buddy.tcp });
      await client.write(new TextEncoder().encode(`REG user${user}\n`));
      const answer = await new Response(client.readable).text();
      if (answer !== "200 OK\r\n") throw new StoryError(`user${user} was answered "${answer}"`);
    }
    await balancer.stops();
    await server.stops();
  });
  await check("two parley-clients talk in a room of a parley-server", async () => {
    const args = ["--host", "127.0.0.1", "--data", "rooms", "--services", "rooms"];
    const free = ["--rooms-tcp-port", "0", "--rooms-udp-port", "0"];
    const launched = launch("parley-server");
    await using server = new Program("parley-server", launched, [...args, ...free], directory);
    const { rooms } = JSON.parse((await server.sees("ready ")).slice("ready ".length));
    const ports = ["--tcp-port", String(rooms.tcp), "--udp-port", String(rooms.udp)];
    const client = (action: string, user: string): Program => {
      const words = ["rooms", action, "lab", user, ...ports];
      return new Program(user, launch("parley-client"), words, directory);
    };
    await using alice = client("create", "alice");
    await alice.sees("Room lab is open.");
    await using bob = client("join", "bob");
    await bob.sees("You are in room lab");
    await bob.types("hello");
    await alice.sees("bob: hello");
    await alice.types("exit");
    await alice.leaves();
    await bob.sees("Room lab was closed; the chat is over.");
    await bob.leaves();
    await server.stops();
  });
  await check("two chatclients talk through a chatserver", async () => {
    const args = ["0", "--host", "127.0.0.1", "--data", "chat"];
    await using server = new Program("chatserver", launch("chatserver"), args, directory);
    const { chat } = JSON.parse((await server.sees("ready ")).slice("ready ".length));
    const client = (user: string): Program =>
      new Program(user, launch("chatclient"), ["127.0.0.1", String(chat.tcp), user], directory);
    await using alice = client("alice");
    await alice.types("secret words");
    await alice.sees("Registered and logged in as alice.");
    await using bob = client("bob");
    await bob.types("other words");
    await bob.sees("Registered and logged in as bob.");
    await bob.types("PM hello");
    await alice.sees("bob: hello");
    await bob.sees("Sent to 1.");
    for (const program of [alice, bob]) {
      await program.types("EX");
      await program.leaves();
    }
    await server.stops();
  });
} finally {
  await Deno.remove(directory, { recursive: true });
}
print(`${passed} passed, ${failed} failed\n`);
Deno.exit(failed === 0 ? 0 : 1);
