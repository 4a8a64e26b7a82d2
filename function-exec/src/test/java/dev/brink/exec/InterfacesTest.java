package dev.brink.exec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * The interfaces of the web API have the members, attributes, lengths and brands that the IDL of
 * their standards gives them. {@code idl/interfaces.txt} is made of the files in
 * web-platform-tests' {@code interfaces} of January 2025.
 */
class InterfacesTest {
  private static final String[] KNOWN = {
    // As on Cloudflare Workers.
    "Cache.add: missing",
    "Cache.addAll: missing",
    "Cache.keys: missing",
    "Cache.matchAll: missing",
    "CacheStorage.delete: missing",
    "CacheStorage.has: missing",
    "CacheStorage.keys: missing",
    "CacheStorage.match: missing",
    "CacheStorage.prototype.default: beyond the standard",
    "Response.prototype.webSocket: beyond the standard",
    "SubtleCrypto.prototype.timingSafeEqual: beyond the standard",
    "WebSocket.prototype.accept: beyond the standard",
    // An own property of each event.
    "Event.isTrusted: missing",
    // Of pages only.
    "PerformanceEntry.id: missing",
    "PerformanceEntry.navigationId: missing",
    // There is no store of blobs.
    "URL.createObjectURL: missing",
    "URL.revokeObjectURL: missing",
    // A proposal.
    "URLPattern.compareComponent: beyond the standard",
  };

  @Test
  void areAsTheirStandardsSay() throws IOException {
    String script = "const table = `" + resource("interfaces.txt") + "`;\n" + resource("check.js");
    try (Sandbox sandbox = Sandbox.of(1)) {
      assertThat(sandbox.eval(script).lines()).containsExactlyInAnyOrder(KNOWN);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = InterfacesTest.class.getResourceAsStream("/idl/" + name)) {
      return new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
