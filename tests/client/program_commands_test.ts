import { assertEquals } from "@std/assert";
import { bellCommand, presenceCommands } from "../../lib/client/program_commands.ts";
import type { PresenceStatus } from "../../lib/core/presence.ts";
import { FakeTerminal } from "../support/client_terminal.ts";

const PURE = { permissions: "none" } as const;
const MENU = { place: "menu" } as const;

Deno.test("/bell tells and changes when the terminal rings", PURE, async () => {
  const terminal = new FakeTerminal();
  const bell = async (argument: string): Promise<string> =>
    (await bellCommand(terminal)(argument, MENU))[0]!.text;
  assertEquals(await bell(""), "The bell never rings (off).");
  assertEquals(await bell("ALL"), "The bell rings for every message (all).");
  assertEquals(terminal.bell, "all");
  assertEquals(await bell("loud"), "Type /bell off, /bell pm, /bell all, or /bell alone.");
  assertEquals(terminal.bell, "all");
});

Deno.test("/away and /back tell the server, or who has to log in first", PURE, async () => {
  const told: PresenceStatus[] = [];
  let isOnline = false;
  const { away, back } = presenceCommands({
    tell(status) {
      if (isOnline) told.push(status);
      return isOnline;
    },
  });
  assertEquals((await away("", MENU))[0]!.text, "Register with R or log in with L first.");
  isOnline = true;
  await away("", MENU);
  await back("", MENU);
  assertEquals(told, ["AWAY", "ONLINE"]);
});
