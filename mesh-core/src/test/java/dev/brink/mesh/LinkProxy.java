package dev.brink.mesh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands before a node's link port, which the node has to advertise as this one's, so that the
 * links to it can be cut: what is sent then waits, and nobody is told.
 */
final class LinkProxy implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition mended = lock.newCondition();
  private final int target;

  /** Guarded by the lock. */
  private boolean cut;

  /**
   * Passes on what comes.
   *
   * @param target the node's own port
   */
  LinkProxy(int target) throws IOException {
    this.target = target;
    var _ = threads.submit(this::accept);
  }

  /** What the node has to advertise. */
  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Nothing passes from now on. */
  void cut() {
    set(true);
  }

  /** The same, and the connections there are end. */
  void drop() throws IOException {
    set(true);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** What waits passes, and what comes. */
  void mend() {
    set(false);
  }

  private void set(boolean now) {
    lock.lock();
    try {
      cut = now;
      mended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitMended() throws InterruptedException {
    lock.lock();
    try {
      while (cut) {
        mended.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private Void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      var node = new Socket(InetAddress.getLoopbackAddress(), target);
      client.setTcpNoDelay(true);
      node.setTcpNoDelay(true);
      sockets.add(client);
      sockets.add(node);
      var _ = threads.submit(() -> pass(client, node));
      var _ = threads.submit(() -> pass(node, client));
    }
  }

  private Void pass(Socket from, Socket to) throws IOException, InterruptedException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[16 << 10];
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        awaitMended();
        out.write(bytes, 0, n);
      }
    } finally {
      awaitMended();
      sockets.remove(from);
      sockets.remove(to);
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    mend();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
