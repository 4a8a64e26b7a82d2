package dev.brink.mesh.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An origin for a rehearsal: the path ends with the length of the answer, which is fresh for an
 * hour. It is not of the node's own server, so that what the JVM records of that is a node's work
 * alone.
 */
final class RehearsalOrigin implements AutoCloseable {
  static final int MAX_BYTES = 1 << 20;

  private static final Pattern REQUEST_LINE =
      Pattern.compile("[A-Z]+ /(?:[^ ?]*/)?(\\d{1,7})(?:\\?[^ ]*)? HTTP/1\\.[01]\r\n");

  private static final int MAX_HEAD_BYTES = 16 << 10;
  private static final int LIMIT_MILLIS = 10_000;

  private final ServerSocket server;

  private RehearsalOrigin(ServerSocket server) {
    this.server = server;
  }

  /** Listens at an ephemeral port of the loopback address. */
  static RehearsalOrigin start() throws IOException {
    var origin = new RehearsalOrigin(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().name("rehearsal-origin").start(origin::accept);
    return origin;
  }

  /** Such as {@code http://127.0.0.1:40123}. */
  String url() {
    return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static void answer(Socket accepted) {
    try (Socket socket = accepted) {
      socket.setSoTimeout(LIMIT_MILLIS);
      String head = head(new BufferedInputStream(socket.getInputStream()));
      int length = length(head);
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          HTTP/1.1 %s\r
          Content-Type: text/plain\r
          Content-Length: %d\r
          Cache-Control: public, max-age=3600\r
          ETag: "%d"\r
          Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r
          Connection: close\r
          \r
          """
              .formatted(length < 0 ? "404 Not Found" : "200 OK", Math.max(0, length), length)
              .getBytes(StandardCharsets.US_ASCII));
      if (length > 0 && !head.startsWith("HEAD ")) {
        byte[] body = new byte[length];
        Arrays.fill(body, (byte) 'b');
        out.write(body);
      }
      out.flush();
    } catch (IOException e) {
      // Whoever asked has gone, and counts it as wrong.
    }
  }

  /** All before the empty line. */
  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() == MAX_HEAD_BYTES) {
        throw new IOException("no whole head");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** What the end of the path says, or −1. */
  private static int length(String head) {
    Matcher line = REQUEST_LINE.matcher(head);
    int length = line.lookingAt() ? Integer.parseInt(line.group(1)) : -1;
    return length > MAX_BYTES ? -1 : length;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
