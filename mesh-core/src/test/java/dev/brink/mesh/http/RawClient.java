package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An HTTP/1 client that says exactly what it is told to, right or wrong. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** What came back. */
  record Answer(int status, List<String> headers, String body) {
    Optional<String> header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ": ";
      return headers.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst();
    }
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** A response to anything but HEAD. */
  Answer answer() throws IOException {
    return answer(true);
  }

  /** A response to HEAD. */
  Answer answerToHead() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean hasBody) throws IOException {
    String statusLine = line();
    int status = Integer.parseInt(statusLine.substring(9, 12));
    List<String> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      headers.add(line);
    }
    Answer head = new Answer(status, headers, "");
    if (!hasBody || status < 200 || status == 204 || status == 304) {
      return head;
    }
    return new Answer(status, headers, body(head));
  }

  private String body(Answer head) throws IOException {
    Optional<String> length = head.header("content-length");
    if (length.isPresent()) {
      return text(in.readNBytes(Integer.parseInt(length.get())), Integer.parseInt(length.get()));
    }
    if (head.header("transfer-encoding").isEmpty()) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
    StringBuilder body = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      if (size == 0) {
        line();
        return body.toString();
      }
      body.append(text(in.readNBytes(size), size));
      line();
    }
  }

  private static String text(byte[] bytes, int wanted) throws EOFException {
    if (bytes.length < wanted) {
      throw new EOFException(bytes.length + " bytes (expected: " + wanted + ")");
    }
    return new String(bytes, ISO_8859_1);
  }

  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended after: " + line.toString(ISO_8859_1));
      }
      if (b == '\n') {
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(b);
    }
  }

  /** The next bytes. */
  String read(int bytes) throws IOException {
    return text(in.readNBytes(bytes), bytes);
  }

  /** All bytes until the server ends the connection, one way or another. */
  String rest() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      in.transferTo(rest);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection did not end after: " + rest, e);
    } catch (IOException e) {
      // Reset: that is an end too.
      return rest.toString(ISO_8859_1);
    }
    return rest.toString(ISO_8859_1);
  }

  /** Whether the server ended the connection without another byte. */
  boolean ended() {
    return rest().isEmpty();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
