import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import {
  isFetchedFromElsewhere,
  isFromForeignPage,
  isMeantForUs,
  serveHttp,
} from "../../lib/net/http.ts";
import { ownAddresses } from "../../lib/net/interfaces.ts";
import { ask } from "../support/raw_tcp.ts";

function request(headers: Record<string, string>): Request {
  return new Request("http://127.0.0.1:1/", { headers });
}

Deno.test("isMeantForUs() takes addresses, localhost and names that were given, and no other", {
  permissions: "none",
}, () => {
  const names = ["status.lab"];
  for (
    const host of ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]:8080", "[::1]"]
  ) assertEquals(isMeantForUs(request({ host }), []), true, host);
  for (const host of ["192.0.2.7:80", "status.lab", "Status.Lab:8080"]) {
    assertEquals(isMeantForUs(request({ host }), names), true, host);
  }
  for (
    const host of [
      ...["", "rebound.example", "127.0.0.1.rebound.example", "status.lab.rebound.example"],
      ...["localhost.", "127.0.0.1:x", "[127.0.0.1", "a@127.0.0.1", "other.lab"],
    ]
  ) assertEquals(isMeantForUs(request({ host }), names), false, host);
});

Deno.test("isFromForeignPage() knows pages of other origins, whatever they call themselves", {
  permissions: "none",
}, () => {
  const host = "127.0.0.1:8080";
  assertEquals(isFromForeignPage(request({ host })), false);
  assertEquals(isFromForeignPage(request({ host, origin: `http://${host}` })), false);
  for (
    const origin of ["null", "http://127.0.0.1:8081", `https://${host}`, "http://evil.example"]
  ) {
    assertEquals(isFromForeignPage(request({ host, origin })), true, origin);
  }
});

Deno.test("isFetchedFromElsewhere() lets links be followed, and nothing else be fetched", {
  permissions: "none",
}, () => {
  const cases: readonly (readonly [site: string, mode: string, isRefused: boolean])[] = [
    ["none", "navigate", false],
    ["same-origin", "cors", false],
    ["cross-site", "navigate", false],
    ["cross-site", "no-cors", true],
    ["cross-site", "cors", true],
    ["same-site", "cors", true],
    ["", "", true],
  ];
  for (const [site, mode, isRefused] of cases) {
    const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode };
    assertEquals(isFetchedFromElsewhere(request(headers)), isRefused, `${site} ${mode}`);
  }
  assertEquals(isFetchedFromElsewhere(request({})), false, "a program");
});

Deno.test("serveHttp() answers 400 to an address or a Host that cannot be read", async () => {
  const server = serveHttp({ hostname: "127.0.0.1", port: 0 }, () => new Response("never"));
  try {
    for (
      const head of [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1, evil\r\n",
        "GET http://:99999/ HTTP/1.1\r\nHost: 127.0.0.1\r\n",
      ]
    ) {
      const answer = await ask(server.port, `${head}Connection: close\r\n\r\n`);
      assertEquals(answer.slice(0, 24), "HTTP/1.1 400 Bad Request", head);
    }
  } finally {
    await server.stop();
  }
});

Deno.test("serveHttp() takes this machine for itself at any of its addresses", async () => {
  const elsewhere = ownAddresses().map(({ ip }) => ip).find((ip) =>
    /^\d/.test(ip) && !ip.startsWith("127.")
  );
  if (elsewhere === undefined) return;
  const server = serveHttp({ hostname: "0.0.0.0", port: 0 }, (_, isLocal) => {
    return new Response(String(isLocal));
  });
  try {
    assertEquals(await (await fetch(`http://${elsewhere}:${server.port}/`)).text(), "true");
  } finally {
    await server.stop();
  }
});

Deno.test("serveHttp() tells who is on this machine, and survives what an answer throws", async () => {
  const server = serveHttp({ hostname: "127.0.0.1", port: 0 }, (request, isLocal) => {
    if (request.url.endsWith("/throw")) throw new Error("secret");
    return new Response(String(isLocal));
  });
  try {
    const at = `http://127.0.0.1:${server.port}`;
    assertEquals(await (await fetch(`${at}/`)).text(), "true");
    const failed = await fetch(`${at}/throw`);
    assertEquals([failed.status, await failed.text()], [500, "The answer could not be made\n"]);
  } finally {
    await server.stop();
  }
});

Deno.test("serveHttp() on a port that is in use says what to do", async () => {
  const first = serveHttp({ hostname: "127.0.0.1", port: 0 }, () => new Response());
  const { message } = assertThrows(
    () => serveHttp({ hostname: "127.0.0.1", port: first.port }, () => new Response()),
    OperationalError,
  );
  assertStringIncludes(
    message,
    `Cannot listen on 127.0.0.1:${first.port} (HTTP): the port is in use`,
  );
  await first.stop();
});
