import { assertEquals } from "@std/assert";
import { OpenSessions } from "../../lib/server/open_sessions.ts";
import { within } from "../support/within.ts";

Deno.test("endWithin() is over with the last session, and cuts nobody who ends in time", async () => {
  const sessions = new OpenSessions<string>();
  await within("the end of none", sessions.endWithin(60_000, () => {}));
  const [a, b] = ["a", "b"].map((session) => sessions.add(session));
  const cut: string[] = [];
  let isOver = false;
  const ending = sessions.endWithin(60_000, (session) => cut.push(session))
    .then(() => isOver = true);
  sessions.ended(a!);
  await new Promise((resume) => setTimeout(resume)); // more turns than the end would take
  assertEquals([isOver, sessions.size, [...sessions]], [false, 1, ["b"]]);
  sessions.ended(b!);
  await within("the end", ending);
  assertEquals(cut, []);
});

Deno.test("endWithin() cuts those that go on, and waits for their end", async () => {
  const sessions = new OpenSessions<string>();
  const open = ["a", "b", "c"].map((session) => sessions.add(session));
  sessions.ended(open[0]!);
  const cut: string[] = [];
  await within(
    "the end",
    sessions.endWithin(1, (session) => {
      cut.push(session);
      sessions.ended(open.find(({ value }) => value === session)!);
    }),
  );
  assertEquals(cut, ["b", "c"]);
});
