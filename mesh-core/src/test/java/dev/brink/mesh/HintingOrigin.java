package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream server on loopback that says at once, in early hints, that its response will be for
 * one client, and sends that when so many requests have come.
 */
final class HintingOrigin implements AutoCloseable {
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch all;

  HintingOrigin(int herd) throws IOException {
    all = new CountDownLatch(herd);
    server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      if (!server.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          answer(socket);
        }
      }
    } catch (IOException _) {
      // The node has closed it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Socket socket) throws IOException, InterruptedException {
    String turn = Integer.toString(asked.incrementAndGet());
    write(socket, "HTTP/1.1 103 Early Hints\r\nCache-Control: private\r\n\r\n");
    all.countDown();
    if (!all.await(60, TimeUnit.SECONDS)) {
      throw new IOException("not all have come");
    }
    write(
        socket,
        "HTTP/1.1 200 OK\r\nCache-Control: private\r\nContent-Length: "
            + turn.length()
            + "\r\n\r\n"
            + turn);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
