import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { isFromForeignPage, isMeantForUs, serveHttp } from "../../lib/net/http.ts";

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
