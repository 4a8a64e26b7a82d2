package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An upstream server on plain sockets, whose handler writes whatever bytes the test wants. */
final class TestUpstream implements AutoCloseable {
  private final Handler handler;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger accepted = new AtomicInteger();
  private ServerSocket server;
  private Thread acceptor;

  /** Answers one request; the connection goes on with the next unless it was closed. */
  interface Handler {
    void handle(Exchange exchange) throws IOException, InterruptedException;
  }

  /** Listens where it is asked to. */
  interface Sockets {
    ServerSocket at(InetSocketAddress address) throws IOException;
  }

  private TestUpstream(Handler handler, ServerSocket server) {
    this.handler = handler;
    this.server = server;
    this.acceptor = listen();
  }

  static TestUpstream start(Handler handler) {
    return start(handler, TestUpstream::plain);
  }

  static TestUpstream start(Handler handler, Sockets sockets) {
    try {
      return new TestUpstream(
          handler, sockets.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** One that begins each answer with the same lines, and then closes the connection. */
  static TestUpstream breakingOffAfter(String lines) {
    return start(
        exchange -> {
          exchange.writeLines(lines);
          exchange.close();
        });
  }

  /** One that begins each answer with the same lines, if any; nothing more comes. */
  static TestUpstream stallingAfter(String lines) {
    return start(
        exchange -> {
          exchange.writeLines(lines);
          exchange.in().transferTo(OutputStream.nullOutputStream());
          exchange.close();
        });
  }

  private static ServerSocket plain(InetSocketAddress address) throws IOException {
    var socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(address, 1024);
    return socket;
  }

  int port() {
    return server.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  int openConnections() {
    return open.size();
  }

  private Thread listen() {
    ServerSocket listening = server;
    return Thread.startVirtualThread(
        () -> {
          while (true) {
            Socket socket;
            try {
              socket = listening.accept();
            } catch (IOException e) {
              return;
            }
            accepted.incrementAndGet();
            open.add(socket);
            if (listening.isClosed()) {
              reset(socket);
            } else {
              Thread.startVirtualThread(() -> serve(socket));
            }
          }
        });
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (!socket.isClosed()) {
        Exchange exchange = Exchange.read(socket, in, out);
        if (exchange == null) {
          return;
        }
        requests.incrementAndGet();
        handler.handle(exchange);
      }
    } catch (IOException e) {
      // The other side has gone, or the test cut the line: the test sees what comes of it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  /** Like SIGKILL: no more listening, every connection reset. */
  void kill() {
    try {
      server.close();
      // It is this thread that gives up the port: until then connections are still taken.
      assertThat(acceptor.join(Duration.ofSeconds(30))).isTrue();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    open.forEach(TestUpstream::reset);
  }

  /** Ends idle connections in an orderly way. */
  void closeConnections() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** Listens again, on the same port. */
  void restart() {
    try {
      server =
          plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    acceptor = listen();
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It was closed already.
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** One request and where its answer goes. */
  record Exchange(
      String requestLine,
      List<String> headerLines,
      Socket socket,
      InputStream in,
      OutputStream out) {

    static @Nullable Exchange read(Socket socket, InputStream in, OutputStream out)
        throws IOException {
      String requestLine = line(in);
      if (requestLine == null) {
        return null;
      }
      var headers = new ArrayList<String>();
      for (String line; (line = line(in)) != null && !line.isEmpty(); ) {
        headers.add(line);
      }
      return new Exchange(requestLine, headers, socket, in, out);
    }

    static @Nullable String line(InputStream in) throws IOException {
      var line = new ByteArrayOutputStream();
      for (int b; (b = in.read()) >= 0; ) {
        if (b == '\n') {
          String text = line.toString(ISO_8859_1);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line.write(b);
      }
      return null;
    }

    /** All values of a header, in order. */
    List<String> header(String name) {
      return headerLines.stream()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).trim())
          .toList();
    }

    /** Reads the request's body, a piece at a time; how many bytes there were. */
    long readBody(Piece piece) throws IOException, InterruptedException {
      if (header("transfer-encoding").contains("chunked")) {
        return readChunks(piece);
      }
      List<String> length = header("content-length");
      return length.isEmpty() ? 0 : readExactly(Long.parseLong(length.getFirst()), piece);
    }

    private long readChunks(Piece piece) throws IOException, InterruptedException {
      long sum = 0;
      while (true) {
        String size = line(in);
        if (size == null) {
          throw new EOFException("in chunk size");
        }
        long n = Long.parseLong(size, 16);
        sum += readExactly(n, piece);
        if (!"".equals(line(in))) {
          throw new IOException("chunk without end");
        }
        if (n == 0) {
          return sum;
        }
      }
    }

    private long readExactly(long n, Piece piece) throws IOException, InterruptedException {
      byte[] buffer = new byte[64 * 1024];
      long left = n;
      while (left > 0) {
        int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (got < 0) {
          throw new EOFException("in body");
        }
        left -= got;
        piece.read(buffer, got);
      }
      return n;
    }

    byte[] body() throws IOException, InterruptedException {
      var body = new ByteArrayOutputStream();
      readBody((bytes, n) -> body.write(bytes, 0, n));
      return body.toByteArray();
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(ISO_8859_1));
      out.flush();
    }

    /** Writes a text whose lines are to end as HTTP's do. */
    void writeLines(String text) throws IOException {
      write(text.replace("\n", "\r\n"));
    }

    void ok(String body) throws IOException {
      write("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
    }

    void close() throws IOException {
      socket.close();
    }
  }

  /** A piece of a body that was read. */
  interface Piece {
    void read(byte[] bytes, int n) throws IOException, InterruptedException;
  }
}
