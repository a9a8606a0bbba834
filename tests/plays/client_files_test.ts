/**
 * Files between real clients, by commands and in chats.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Sending, type SendingEnd } from "../../lib/client/transfer_sending.ts";
import { TransferLink } from "../../lib/client/transfer_link.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ClientProcess, ownHome } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";
import { BOB, fileBytes, filesBelow, holdOffer, play } from "../support/transfers.ts";

/** Runs a command of the client. */
function command(server: TestServer, ...words: readonly string[]): ClientProcess {
  return new ClientProcess([...words, `--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`]);
}

/** A server with alice and bob, who are buddies. */
async function pairServer(): Promise<TestServer> {
  const server = await TestServer.start();
  await server.register("alice", "bob");
  await server.addBuddies("alice", "bob");
  await server.addBuddies("bob", "alice");
  return server;
}

/** Where somebody takes files, when they do; elsewhere than a client of theirs before. */
async function filesPort(server: TestServer, user: string, before = 0): Promise<number> {
  let port = before;
  await eventually(`${user} takes files`, async () => {
    port = Number(/files=(\d+)/.exec(await server.ask(`INFO ${user}\n`))?.[1] ?? before);
    return port !== before;
  });
  return port;
}

Deno.test("send-file and receive --yes: files arrive, their places are printed, both are done", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await using server = await pairServer();
  await Deno.mkdir(`${path}/photos`);
  await Deno.writeFile(`${path}/photos/a b.jpg`, fileBytes(700_000));
  await Deno.writeTextFile(`${path}/notes.txt`, "notes");
  await using bob = command(server, "receive", "bob", `${path}/in`, "--yes");
  await filesPort(server, "bob");
  assertMatch(await server.ask("GET alice\n"), /\nbob 102 AWAY 127\.0\.0\.1 \d+\n$/);
  await using alice = command(
    ...[server, "send-file", "alice", "bob", `${path}/photos`, `${path}/notes.txt`] as const,
  );
  const sent = await alice.ended();
  assertMatch(sent.stdout, /^Sent, and checked by bob: 2 files, 700 kB in /);
  assertEquals(
    sent.stderr,
    "Offered photos, notes.txt (2 files, 700 kB) to bob; waiting for the answer.\nbob takes it.\n",
  );
  const received = await bob.ended();
  assertEquals(received.stdout, `${path}/in/photos\n${path}/in/notes.txt\n`);
  assertMatch(received.stderr, /alice wants to send you photos, notes\.txt \(2 files, 700 kB\)/);
  assertEquals([sent.code, received.code], [0, 0]);
  assertEquals([...(await filesBelow(`${path}/in`)).keys()], ["notes.txt", "photos/a b.jpg"]);
  await eventually("bob is offline", async () => {
    return /\nbob 101 OFFLINE 127\.0\.0\.1 \d+\n$/.test(await server.ask("GET alice\n"));
  });
});

Deno.test("receive asks a person; what was refused, or goes to nobody, fails", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await using server = await pairServer();
  await Deno.writeTextFile(`${path}/notes.txt`, "notes");
  const send = (): ClientProcess =>
    command(server, "send-file", "alice", "bob", `${path}/notes.txt`);

  await using early = send();
  const nobody = await early.ended();
  assertEquals([nobody.code, nobody.stderr], [1, "client send-file: bob is offline\n"]);

  await using bob = command(server, "receive", "bob", `${path}/in`);
  await filesPort(server, "bob");
  await bob.types("n", "y");
  await using refused = send();
  const no = await refused.ended();
  assertEquals([no.code, no.stdout], [1, ""]);
  assertMatch(no.stderr, /client send-file: Not sent: bob does not want it\n$/);
  // The offer before is over at bob's in his own time; until then he is busy.
  await eventually("the file", async () => {
    await using taken = send();
    const end = await taken.ended();
    assert(end.code === 0 || end.stderr.includes("busy"), end.stderr);
    return end.code === 0;
  });
  const { code, stderr } = await bob.ended();
  assertEquals(code, 0);
  assertMatch(stderr, /Take it\? \[y\/N\]\nTurned down what alice wanted to send\.\n/);
  assertEquals(await Deno.readTextFile(`${path}/in/notes.txt`), "notes");
});

/** Offers a file to whoever takes some at a port, and tells how that went. */
async function offerByHand(
  port: number,
  from: string,
  { to = BOB, size = 5 } = {},
): Promise<SendingEnd> {
  const closer = new OrderlyCloser();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const entries = [{ kind: "file", path: ["notes.txt"], size, modified: 0 }] as const;
  const offer = { from: parseUserId(from)!, to, entries };
  const handlers = { accepted() {}, sent() {}, more() {}, kept() {}, lost() {} };
  const end = await new Sending(new TransferLink(conn, closer), offer, [], handlers).run();
  closer.stop();
  return end;
}

Deno.test("what is too large for the folder may go elsewhere; others are turned away meanwhile", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await using server = await pairServer();
  await using bob = await ClientProcess.start(server, ["--user", "bob", "--files", path]);
  const port = await filesPort(server, "bob");
  const huge = offerByHand(port, "alice", { size: 2 ** 52 });
  await bob.sees("wants to send you notes.txt (4.5 PB), but it needs 4.5 PB and ");
  await bob.sees("/accept FOLDER takes it into another folder, /decline does not.\n");
  assertEquals(await offerByHand(port, "carol"), { kind: "refused", reason: "busy" });
  await bob.sees("Somebody at 127.0.0.1, saying to be carol, offered you files, and was told");
  await bob.types("/accept", `/accept ${path}/other`);
  await bob.sees("; choose another folder.\n");
  await bob.sees("; choose another folder.\n");
  await bob.types("/decline");
  assertEquals(await huge, { kind: "refused", reason: "space" });
  await bob.sees("Turned down what somebody at 127.0.0.1 wanted to send.\n");

  const held = await holdOffer(port, "notes.txt");
  await bob.sees("/accept takes it, /decline does not.\n");
  await held.takeBack();
  await bob.sees("Somebody at 127.0.0.1 took the offer back.\n");
});

Deno.test("an answer typed to an offer that went away is none to the one in its place", async () => {
  await using directory = await TempDir.make();
  await using server = await pairServer();
  const options = ["--user", "bob", "--files", directory.path];
  await using bob = await ClientProcess.start(server, options);
  const port = await filesPort(server, "bob");
  const notes = await holdOffer(port, "notes.txt");
  await bob.sees("/accept takes it");
  await notes.takeBack();
  await bob.sees("took the offer back.\n");
  const tool = await holdOffer(port, "tool.exe");
  await bob.sees("/accept takes it");
  await bob.types("/accept");
  await bob.sees(
    "This is another offer than the one before: tool.exe (5 bytes) of somebody at 127.0.0.1.",
  );
  await bob.types("/decline");
  await bob.sees("Turned down what somebody at 127.0.0.1 wanted to send.\n");
  await tool.takeBack();
});

Deno.test("with --yes only buddies at their own address are taken", async () => {
  await using directory = await TempDir.make();
  await using server = await pairServer();
  await Deno.writeTextFile(`${directory.path}/notes.txt`, "notes");
  await using bob = command(server, "receive", "bob", `${directory.path}/in`, "--yes");
  const port = await filesPort(server, "bob");
  // The offer before is over at bob's in his own time; until then he is busy.
  const offering = async (from: string, to = BOB): Promise<SendingEnd> => {
    let end: SendingEnd;
    await eventually(`bob's answer to ${from}`, async () => {
      end = await offerByHand(port, from, { to });
      return end.kind !== "refused" || end.reason !== "busy";
    });
    return end!;
  };
  // Alice is a buddy, but not online, so that nobody says where she is; carol is no buddy at all.
  assertEquals(await offering("alice"), { kind: "refused", reason: "stranger" });
  assertEquals(await offering("carol"), { kind: "refused", reason: "stranger" });
  assertEquals(await offering("alice", parseUserId("dave")!), {
    ...{ kind: "refused", reason: "elsewhere" },
  });
  bob.signal("SIGTERM");
  const { code, stderr } = await bob.ended();
  assertEquals(code, 1);
  assertMatch(stderr, /saying to be carol \(which the server does not confirm\), wants/);
});

Deno.test("~ is the home directory for receive and for --files, also where no shell says so", async () => {
  await using directory = await TempDir.make();
  await using server = await pairServer();
  const { path } = directory;
  await Deno.writeTextFile(`${path}/notes.txt`, "notes");
  const home = await ownHome(`${path}/ann`);
  await Deno.mkdir(`${path}/ann/inbox`, { recursive: true });
  const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
  const send = async (): Promise<void> => {
    await using alice = command(server, "send-file", "alice", "bob", `${path}/notes.txt`);
    assertEquals((await alice.ended()).code, 0);
  };

  await using once = new ClientProcess(
    ["receive", "bob", "~/inbox", "--yes", ...ports],
    "/nowhere",
    home,
  );
  const before = await filesPort(server, "bob");
  await send();
  assertEquals((await once.ended()).stdout, `${path}/ann/inbox/notes.txt\n`);

  await using bob = new ClientProcess(["--user=bob", "--files=~", ...ports], "/nowhere", home);
  await bob.sees("? help\n");
  await filesPort(server, "bob", before);
  const sending = send();
  await bob.sees(`, into ${path}/ann.\n`);
  await bob.types("/accept");
  await sending;
  assertEquals([...(await filesBelow(`${path}/ann`)).keys()], ["inbox/notes.txt", "notes.txt"]);
});

Deno.test("in a chat: /send, /accept, and a second time nothing is kept twice", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await Deno.writeFile(`${path}/big one.iso`, fileBytes(3_000_000));
  await using server = await TestServer.start();
  await using alice = await ClientProcess.register(server, "alice");
  await using bob = await ClientProcess.register(server, "bob", ["--files", `${path}/in`]);
  await alice.types("A bob");
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.");
  await alice.sees("bob is now your buddy.");
  await filesPort(server, "bob");
  await bob.seesInStatus(/^alice +ONLINE/m);
  await alice.seesInStatus(/^bob +ONLINE/m);
  await alice.types("M bob");
  await bob.sees("alice is calling");
  await bob.types("Y");
  await alice.sees("You are in a chat with bob");

  await alice.types("/send", "/send /no/such/file");
  await alice.sees("Type /send PATH...\n");
  await alice.sees('Cannot send "/no/such/file": there is no such file or folder.\n');
  await alice.types("/send ~/no such file");
  await alice.sees("Cannot ");
  assert(!alice.shown.includes('Cannot send "~/'), "~ is a home directory, or an error");
  await alice.types(`/send "${path}/big one.iso"`);
  await alice.sees("Offered big one.iso (3.0 MB) to bob; waiting for the answer.\n");
  await bob.sees(`alice wants to send you big one.iso (3.0 MB), into ${path}/in.\n`);
  await bob.sees("/accept takes it, /decline does not.\n");
  await alice.types("/send x", "still here?");
  await bob.sees("alice: still here?");
  await bob.types(`/accept ${path}/My Folder`);
  await bob.sees(`There is no folder "${path}/My Folder": put a name with blanks in quotes`);
  await bob.types("/accept");
  await alice.sees("bob takes it.\nSent, and checked by bob: 1 file, 3.0 MB in ");
  await bob.sees("Received and checked, from alice: 1 file, 3.0 MB in ");
  await bob.sees(`  ${path}/in/big one.iso\n`);
  assertEquals((await filesBelow(`${path}/in`)).get("big one.iso"), fileBytes(3_000_000));

  await alice.types(`/send ${path}/big\\ one.iso`);
  await bob.sees("One of its names is taken there: what differs gets a new one.\n");
  await bob.types("/accept");
  await alice.sees("Sent, and checked by bob: 1 file, 0 bytes in ");
  await bob.sees("Received and checked, from alice: 1 file, 0 bytes in ");
  await alice.types(`/send "${path}/big one.iso"`);
  await bob.sees("/decline does not.");
  await bob.types("/decline", "/decline");
  await alice.sees("Not sent: bob does not want it.\n");
  await bob.sees("Nobody offers you files.\n");
  await bob.sees("Turned down what alice wanted to send.\n");
  await bob.types("/cancel");
  await bob.sees("No files are on their way.\n");
  await alice.types("and we are still talking");
  await bob.sees("alice: and we are still talking");
});

Deno.test("what was cut off is offered as Resume, and a cancelled offer goes away", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await Deno.writeFile(`${path}/film.mkv`, fileBytes(3_000_000));
  await using server = await pairServer();
  await play([`${path}/film.mkv`], `${path}/in`, {
    midway: ({ receiving }) => receiving.cancel("the train"),
  });
  await using alice = await ClientProcess.start(server, ["--user", "alice"]);
  await using bob = await ClientProcess.start(server, ["--user", "bob", "--files", `${path}/in`]);
  await filesPort(server, "bob");
  await alice.seesInStatus(/^bob +ONLINE/m);
  await alice.types(`/send bob ${path}/film.mkv`);
  await bob.sees("Resume? ");
  assert(/Resume\? \d+ % of it is here: \/accept goes on where it stopped/.test(bob.shown));
  await alice.types("/cancel");
  await alice.sees("Cancelled the files to bob.\n");
  await bob.sees("alice cancelled the files.\n");
  await alice.types(`/send bob ${path}/film.mkv`);
  await bob.sees("Resume? ");
  await bob.types("/accept");
  await alice.sees("Sent, and checked by bob");
  assertEquals(await filesBelow(`${path}/in`), new Map([["film.mkv", fileBytes(3_000_000)]]));
});
