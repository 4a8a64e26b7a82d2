package dev.brink.mesh;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brink.exec.outbound.OutboundTarget;
import dev.brink.exec.zip.ByteCodec;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A function in front of a server whose answers are encoded, as a pool of origins and by fetch. */
class EncodedOriginTest {
  private static final byte[] PAGE =
      "<p>hello, wörld</p>".repeat(5_000).getBytes(StandardCharsets.UTF_8);
  private static final String PROXY =
      """
      export default { async fetch(request, env) {
        const { pathname, searchParams } = new URL(request.url);
        const [, , way, name] = pathname.split('/');
        const r = searchParams.has('outside')
          ? await fetch(env.SERVER + name, request)
          : await env.ORIGIN.fetch('http://origin/' + name, request);
        if (way === 'relay') return r;
        try {
          return new Response((await r.text()).replaceAll('hello', 'good bye'), r);
        } catch (error) {
          return new Response(error.name, { status: 502 });
        }
      } };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;
  private static HttpServer server;

  /** What the server sends, and what it says that is. */
  private static Map<String, byte[]> answers;

  @BeforeAll
  static void start() throws Exception {
    byte[] gzip = encoded("gzip", PAGE);
    byte[] wrong = gzip.clone();
    wrong[gzip.length - 5] ^= 1;
    answers =
        Map.of(
            "gzip", gzip,
            "deflate", encoded("deflate", PAGE),
            "br", encoded("brotli", PAGE),
            "deflate,gzip", encoded("gzip", encoded("deflate", PAGE)),
            "gzip;corrupt", wrong,
            "gzip;truncated", Arrays.copyOf(gzip, gzip.length / 2),
            "gzip;bomb", encoded("gzip", new byte[100 << 20]));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", EncodedOriginTest::answer);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    mesh =
        TestMesh.start(
            directory,
            1,
            (_, config) ->
                config.functions(
                    it -> it.outboundAllow(List.of(OutboundTarget.parse("127.0.0.1")))));
    mesh.node(0).deployments().deploy(OriginSpec.builder("origin").server(URI.create(url)).build());
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder("proxy")
                .module("main.js", PROXY)
                .service("ORIGIN", "origin")
                .variable("SERVER", url)
                .route("/proxy/*")
                .build());
  }

  @AfterAll
  static void stop() {
    mesh.close();
    server.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().substring(1);
      byte[] body = requireNonNull(answers.get(name), name);
      exchange.getResponseHeaders().set("content-encoding", name.replaceAll(";.*", ""));
      String asked = exchange.getRequestHeaders().getFirst("accept-encoding");
      exchange.getResponseHeaders().set("x-asked", asked);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    return mesh.client()
        .send(
            HttpRequest.newBuilder(TestMesh.uri(mesh.node(0), path))
                .timeout(Duration.ofSeconds(60))
                .header("accept-encoding", "gzip, deflate, br")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "gzip,''",
    "gzip,?outside",
    "deflate,''",
    "br,''",
    "br,?outside",
    "'deflate,gzip',''"
  })
  void whatABrowserAsksForCanBeRewritten(String name, String where) throws Exception {
    HttpResponse<byte[]> answer = get("/proxy/rewrite/" + name + where);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-encoding")).isEmpty();
    assertThat(answer.headers().firstValue("x-asked")).hasValue("gzip, deflate, br");
    assertThat(answer.body())
        .isEqualTo(
            new String(PAGE, StandardCharsets.UTF_8)
                .replace("hello", "good bye")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsPassedOnStaysAsItIs() throws Exception {
    for (String name : new String[] {"gzip", "br?outside", "gzip;corrupt"}) {
      HttpResponse<byte[]> answer = get("/proxy/relay/" + name);
      assertThat(answer.headers().allValues("content-encoding"))
          .containsExactly(name.replaceAll("[;?].*", ""));
      assertThat(answer.body()).isEqualTo(answers.get(name.replace("?outside", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip;corrupt", "gzip;truncated", "gzip;bomb"})
  void whatCannotBeReadIsATypeError(String name) throws Exception {
    HttpResponse<byte[]> answer = get("/proxy/rewrite/" + name);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).isEqualTo("TypeError".getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] encoded(String format, byte[] plain) throws DataFormatException {
    var out = new ByteArrayOutputStream();
    try (ByteCodec codec = ByteCodec.of(format, true)) {
      codec.feed(plain);
      drain(codec, out);
      codec.finish();
      drain(codec, out);
    }
    return out.toByteArray();
  }

  private static void drain(ByteCodec codec, ByteArrayOutputStream to) throws DataFormatException {
    for (byte[] piece = codec.next(); piece != null; piece = codec.next()) {
      to.writeBytes(piece);
    }
  }
}
