package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * An upstream server on loopback whose first answer to each question halts in the middle, until it
 * is let go on. The first folder of a path says how its body comes.
 */
final class HaltingOrigin implements AutoCloseable {
  private static final int BODY_BYTES = 3 << 20;
  private static final int LARGE_BYTES = 12 << 20;
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

  /** The first slices come whole, so that a body is in its middle when one halts. */
  private static final long FLUENT_BYTES = 2 << 20;

  /** How a body comes. */
  enum Kind {
    LENGTH(false),
    LENGTH_TAGGED(true),
    CHUNKED(false),
    CHUNKED_TAGGED(true),
    GZIP(false),
    GZIP_TAGGED(true),
    TEXT(true),
    SLICED(true);

    final boolean tagged;

    Kind(boolean tagged) {
      this.tagged = tagged;
    }

    String folder() {
      return "/" + name() + "/";
    }
  }

  private final CountDownLatch rest = new CountDownLatch(1);
  private final Map<String, Boolean> asked = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final byte[] text = text(BODY_BYTES);
  private final byte[] large = text(LARGE_BYTES);
  private final byte[] gzip = gzip(text);

  HaltingOrigin() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private static byte[] text(int length) {
    var text = new StringBuilder(length + 64);
    for (int i = 0; text.length() < length; i++) {
      text.append("line ").append(Integer.toHexString(i * 0x9E3779B9)).append('\n');
    }
    return Arrays.copyOf(text.toString().getBytes(UTF_8), length);
  }

  private static byte[] gzip(byte[] plain) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** What a client has got when it has got all, after decoding. */
  byte[] whole(Kind kind) {
    return kind == Kind.SLICED ? large : text;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Lets all go on that halts, and nothing halt any more. */
  void goOn() {
    rest.countDown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    var kind = Kind.valueOf(path.split("/", -1)[1]);
    String range = exchange.getRequestHeaders().getFirst("range");
    boolean first = asked.put(path + range, true) == null;
    try (exchange) {
      var headers = exchange.getResponseHeaders();
      headers.set("cache-control", "max-age=600");
      headers.set("content-type", kind == Kind.TEXT ? "text/plain" : "application/octet-stream");
      if (kind.tagged) {
        headers.set("etag", "\"v1\"");
      }
      switch (kind) {
        case LENGTH, LENGTH_TAGGED, TEXT -> send(exchange, 200, text, false, first);
        case CHUNKED, CHUNKED_TAGGED -> send(exchange, 200, text, true, first);
        case GZIP, GZIP_TAGGED -> {
          headers.set("content-encoding", "gzip");
          send(exchange, 200, gzip, false, first);
        }
        case SLICED -> {
          headers.set("accept-ranges", "bytes");
          slice(exchange, range, first);
        }
      }
    }
  }

  private void slice(HttpExchange exchange, String range, boolean first) throws IOException {
    Matcher wanted = RANGE.matcher(range == null ? "" : range);
    if (!wanted.matches()) {
      send(exchange, 200, large, false, false);
      return;
    }
    int from = Integer.parseInt(wanted.group(1));
    int last =
        wanted.group(2).isEmpty()
            ? LARGE_BYTES - 1
            : Math.min(LARGE_BYTES - 1, Integer.parseInt(wanted.group(2)));
    exchange
        .getResponseHeaders()
        .set("content-range", "bytes " + from + "-" + last + "/" + LARGE_BYTES);
    byte[] bytes = Arrays.copyOfRange(large, from, last + 1);
    send(exchange, 206, bytes, false, first && from >= FLUENT_BYTES);
  }

  private void send(HttpExchange exchange, int status, byte[] body, boolean chunked, boolean halts)
      throws IOException {
    exchange.sendResponseHeaders(status, chunked ? 0 : body.length);
    OutputStream out = exchange.getResponseBody();
    int begun = halts ? body.length / 2 : body.length;
    out.write(body, 0, begun);
    out.flush();
    if (halts) {
      try {
        if (!rest.await(5, TimeUnit.MINUTES)) {
          throw new IOException("nobody let the origin go on");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
      out.write(body, begun, body.length - begun);
    }
  }

  @Override
  public void close() {
    goOn();
    server.stop(0);
    threads.shutdownNow();
  }
}
