package dev.brink.exec;

import dev.brink.exec.websocket.Handshake;
import java.util.function.Consumer;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code websocket.js} calls: sockets by number; what becomes of one that is not there any
 * more is nothing. Within a turn only; throws nothing. Public only because the engine reaches it by
 * reflection.
 */
public final class SocketsPort {
  private final Instance instance;
  private final OutboundSocket outbound;

  SocketsPort(Instance instance) {
    this.instance = instance;
    this.outbound = new OutboundSocket(instance);
  }

  /**
   * Asks for a WebSocket. Settles {@code op} as a fetch; where the status is 101, with the number
   * of the socket instead of a body's.
   *
   * @param url of scheme http or https
   * @return whether it began
   */
  @HostAccess.Export
  public boolean connect(int op, @Nullable String service, String url, String headers) {
    return outbound.start(op, service, url, headers);
  }

  /** Whether a text can be a subprotocol's name. */
  @HostAccess.Export
  public boolean isProtocol(String name) {
    return Handshake.isToken(name);
  }

  /** What may wait to be sent, in bytes. */
  @HostAccess.Export
  public int maxQueued() {
    return instance.function().runtime().sockets().limits().queuedBytes();
  }

  /** From now on the guest is told of messages. */
  @HostAccess.Export
  public void accept(int number) {
    with(number, GuestSocket::accept);
  }

  @HostAccess.Export
  public void text(int number, String data) {
    with(number, socket -> socket.send(data));
  }

  @HostAccess.Export
  public void bytes(int number, Value buffer, int offset, int length) {
    with(number, socket -> socket.send(GuestBytes.copy(buffer, offset, length)));
  }

  @HostAccess.Export
  public void close(int number, int code, String reason) {
    with(number, socket -> socket.close(code, reason));
  }

  /** Bytes that wait to be sent. */
  @HostAccess.Export
  public double queued(int number) {
    GuestSocket socket = instance.sockets().get(number);
    return socket == null ? 0 : (double) socket.queuedBytes();
  }

  private void with(int number, Consumer<GuestSocket> action) {
    GuestSocket socket = instance.sockets().get(number);
    if (socket != null) {
      action.accept(socket);
    }
  }
}
