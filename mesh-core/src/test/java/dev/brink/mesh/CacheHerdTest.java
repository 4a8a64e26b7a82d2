package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Many who ask three nodes for the same at once, and some of whom leave, dawdle or are killed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheHerdTest {
  private static final int BODY_BYTES = 3 << 20;
  private static final int HERD = 30;

  /** How many ask for each of several at once. */
  private static final int FEW = 6;

  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final CountDownLatch rest = new CountDownLatch(1);
  private final CountDownLatch unshared = new CountDownLatch(HERD - 1);

  /** Of herds none of whom shall wait for another: all are answered once all have come. */
  private final Map<String, CountDownLatch> apart = new ConcurrentHashMap<>();

  private final byte[] body = new byte[BODY_BYTES];
  private HttpServer origin;
  private HintingOrigin hinting;
  private TestMesh mesh;
  private Site site;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (i * 31 + (i >>> 8));
    }
    origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    origin.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    origin.createContext("/", this::answer);
    origin.start();
    mesh =
        TestMesh.start(
            directory, 3, (index, config) -> config.shutdownGrace(Duration.ofMillis(100)));
    site = Site.of(mesh);
    mesh.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("files")
                .server(URI.create("http://127.0.0.1:" + origin.getAddress().getPort()))
                .route("/*")
                .cache(CachePolicy.builder().unshared(List.of("/declared/*")).build())
                .build());
    hinting = new HintingOrigin(HERD);
    mesh.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("hinting")
                .server(hinting.uri())
                .route("/hinted/*")
                .cache(CachePolicy.DEFAULT)
                .build());
  }

  @AfterAll
  void stop() throws IOException {
    site.close();
    mesh.close();
    hinting.close();
    origin.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    int turn = asked.computeIfAbsent(path, any -> new AtomicInteger()).incrementAndGet();
    try (exchange) {
      if (path.startsWith("/learnt")) {
        CountDownLatch all = apart.computeIfAbsent(path, any -> new CountDownLatch(FEW));
        all.countDown();
        boolean met = !path.contains("/probe") || all.await(250, TimeUnit.MILLISECONDS);
        small(exchange, "no-store", met ? 1 : 0);
        return;
      }
      if (path.startsWith("/apart/")
          || path.startsWith("/declared/")
          || path.equals("/basket/herd")) {
        CountDownLatch all = apart.computeIfAbsent(path, any -> new CountDownLatch(HERD));
        all.countDown();
        await(all);
        small(exchange, "no-store", turn);
        return;
      }
      if (path.startsWith("/basket/") || path.startsWith("/api/")) {
        small(exchange, path.startsWith("/api/") ? "public, max-age=600" : "no-store", turn);
        return;
      }
      if (path.startsWith("/unshared/")) {
        if (turn > 1) {
          unshared.countDown();
          await(unshared);
        }
        small(exchange, "no-store", turn);
        return;
      }
      exchange.getResponseHeaders().set("cache-control", "max-age=600");
      if (!path.startsWith("/untagged/")) {
        exchange.getResponseHeaders().set("etag", "\"v1\"");
      }
      exchange.sendResponseHeaders(200, BODY_BYTES);
      OutputStream out = exchange.getResponseBody();
      boolean halts = turn == 1 && !path.startsWith("/fluent/");
      int first = halts ? BODY_BYTES / 2 : BODY_BYTES;
      out.write(body, 0, first);
      out.flush();
      if (halts) {
        await(rest);
        out.write(body, first, BODY_BYTES - first);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void small(HttpExchange exchange, String cacheControl, int turn)
      throws IOException {
    exchange.getResponseHeaders().set("cache-control", cacheControl);
    byte[] text = Integer.toString(turn).getBytes(UTF_8);
    exchange.sendResponseHeaders(200, text.length);
    exchange.getResponseBody().write(text);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new IOException("nobody let the origin go on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private int askedFor(String path) {
    AtomicInteger times = asked.get(path);
    return times == null ? 0 : times.get();
  }

  /** Every request but the first is answered only once all of them have come. */
  @Test
  void aHerdForWhatCannotBeSharedIsNotSerialised() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> herd = new ArrayList<>();
    for (int i = 0; i < HERD; i++) {
      herd.add(site.getAsync(i % 3, "/unshared/a"));
    }
    for (CompletableFuture<HttpResponse<String>> each : herd) {
      assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
    assertThat(herd.stream().map(each -> each.join().body()).distinct()).hasSize(HERD);
  }

  /** What each of many clients who ask for the same at once has got. */
  private List<String> herd(String path, String... fields) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> herd = new ArrayList<>();
    for (int i = 0; i < HERD; i++) {
      HttpRequest.Builder builder = Site.request(path);
      HttpRequest request = (fields.length == 0 ? builder : builder.headers(fields)).build();
      herd.add(site.clients().get(i % 3).sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    List<String> bodies = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> each : herd) {
      assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      bodies.add(each.get().body());
    }
    return bodies;
  }

  /** None is answered before all have come, so one that waits for another waits for ever. */
  @Test
  void whoSaysWhoIsAskingOrWantsNothingStoredWaitsForNobodyFromTheFirstTime() throws Exception {
    assertThat(herd("/apart/a", "authorization", "Bearer me")).doesNotHaveDuplicates();
    assertThat(herd("/apart/b", "cache-control", "no-store")).doesNotHaveDuplicates();
  }

  @Test
  void oneResponseForOneCookieTellsOfAllWithCookiesInTheFolder() throws Exception {
    for (int node = 0; node < 3; node++) {
      site.get(node, "/basket/first", "cookie", "who=me");
    }
    assertThat(herd("/basket/herd", "cookie", "who=me")).doesNotHaveDuplicates();
  }

  @Test
  void nobodyWaitsForWhatIsDeclaredUnshared() throws Exception {
    assertThat(herd("/declared/a")).doesNotHaveDuplicates();
  }

  @Test
  void nobodyWaitsForWhatEarlyHintsSayIsUnshared() throws Exception {
    assertThat(herd("/hinted/a")).doesNotHaveDuplicates();
  }

  /**
   * One node is asked for three things of a folder, then others for more of it. News takes a moment
   * to come: each folder is tried once, after the next one was asked for.
   */
  @Test
  void whatOneNodeHasLearntOfAFolderAllKnow() throws Exception {
    learn(0);
    boolean known = false;
    for (int folder = 0; !known; folder++) {
      assertThat(folder).as("folders tried").isLessThan(20);
      learn(folder + 1);
      known = isKnown(folder);
    }
  }

  private void learn(int folder) throws Exception {
    for (int i = 0; i < 3; i++) {
      site.get(0, "/learnt" + folder + "/" + i);
    }
  }

  /** Whether those who ask the other nodes for several things at once meet at the origin. */
  private boolean isKnown(int folder) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 8 * FEW; i++) {
      all.add(site.getAsync(1 + i % 2, "/learnt" + folder + "/probe" + i / FEW));
    }
    boolean known = true;
    for (CompletableFuture<HttpResponse<String>> each : all) {
      known &= each.get(60, TimeUnit.SECONDS).body().equals("1");
    }
    return known;
  }

  /** The first response to credentials tells that it is for all. */
  @Test
  void whatIsForAllIsSharedThoughItWasAskedForWithCredentials() throws Exception {
    for (int node = 0; node < 3; node++) {
      site.get(node, "/api/" + node, "authorization", "Bearer me");
    }
    assertThat(askedFor("/api/0")).isEqualTo(1);
    site.get(1, "/api/0", "authorization", "Bearer me");
    assertThat(askedFor("/api/0")).as("stored").isEqualTo(1);
    assertThat(herd("/api/herd", "authorization", "Bearer me")).containsOnly("1");
    assertThat(askedFor("/api/herd")).isEqualTo(1);
  }

  /** It asks, and reads nothing: what it does not read fills buffers, and then stops. */
  @Test
  void whoReadsNothingAndWhoLeavesDoNotHoldUpTheOthers() throws Exception {
    String path = "/fluent/a";
    for (int node = 0; node < 3; node++) {
      try (Socket silent = connect(node, path)) {
        // Whoever leaves alone, before anything has come, takes the fetch along.
        assertThat(silent.getInputStream().read()).isEqualTo('H');
        connect(node, path).close();
        HttpResponse<byte[]> whole =
            site.clients()
                .get(node)
                .send(Site.request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(whole.body()).isEqualTo(body);
        assertThat(silent.isConnected()).isTrue();
      }
    }
    assertThat(askedFor(path)).isEqualTo(1);
  }

  private Socket connect(int node, String path) throws IOException {
    URI uri = mesh.node(node).ingressUri();
    var socket = new Socket(uri.getHost(), uri.getPort());
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: site.example\r\n\r\n").getBytes(UTF_8));
    return socket;
  }

  /** Both bodies come from the same home, to whom the origin has sent one half of each. */
  @Test
  @Order(Integer.MAX_VALUE) // it takes a node away
  void whenAHomeIsLostInMidBodyTheSourceGoesOnOrTheBodyBreaksOff() throws Exception {
    HttpResponse<InputStream> tagged = fromPeer("/tagged/", "n2");
    HttpResponse<InputStream> untagged = fromPeer("/untagged/", "n2");
    String path = tagged.request().uri().getPath();
    try (InputStream whole = tagged.body();
        InputStream half = untagged.body()) {
      byte[] begun = whole.readNBytes(BODY_BYTES / 4);
      mesh.stop(mesh.node(2));
      byte[] others = whole.readAllBytes();
      assertThat(begun.length + others.length).isEqualTo(BODY_BYTES);
      assertThat(others).isEqualTo(Arrays.copyOfRange(body, begun.length, BODY_BYTES));
      assertThat(askedFor(path)).as("once by the home, once instead of it").isEqualTo(2);
      assertThatThrownBy(half::readAllBytes).isInstanceOf(IOException.class);
      HttpResponse<String> again = site.get(1, path);
      assertThat(again.statusCode()).isEqualTo(200);
      assertThat(again.headers().firstValue("content-length")).hasValue(BODY_BYTES + "");
    } finally {
      rest.countDown();
    }
  }

  /** A response that node 0 gets from the cache of another node, as far as its head. */
  private HttpResponse<InputStream> fromPeer(String folder, String name) throws Exception {
    for (int i = 0; i < 64; i++) {
      HttpResponse<InputStream> response =
          site.clients()
              .getFirst()
              .send(Site.request(folder + i).build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.headers().firstValue("brink-node").filter(name::equals).isPresent()) {
        return response;
      }
      response.body().close();
    }
    throw new AssertionError("no key of 64 has its home at " + name);
  }
}
