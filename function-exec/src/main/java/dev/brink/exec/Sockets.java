package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The WebSockets that an instance's guests have numbers for. On the lane. */
final class Sockets {
  /** How many WebSockets one invocation may have at once. */
  private static final int MAX_PER_RUN = 32;

  private final Instance instance;
  private final Map<Integer, GuestSocket> open = new HashMap<>();
  private int last;

  Sockets(Instance instance) {
    this.instance = instance;
  }

  /** The end that answers {@code run}'s request; fails the run when there are too many. */
  @Nullable GuestSocket answering(Run run, BodyReader request) {
    Code limit = budget().take(owner());
    if (limit != null) {
      run.failTurn(
          new FunctionException(
              limit,
              limit == Code.WEBSOCKET_LIMIT
                  ? "more than " + budget().limits().maxOpen() + " WebSockets are open"
                  : "more than "
                      + budget().limits().maxPerOwner()
                      + " WebSockets of one owner are"
                      + " open",
              null));
      return null;
    }
    GuestSocket socket = make(run, false);
    socket.open(request);
    return socket;
  }

  /** An end that is about to connect; {@code null} when there are too many. */
  @Nullable GuestSocket connecting(Run run) {
    long has = open.values().stream().filter(socket -> socket.run() == run).count();
    return has < MAX_PER_RUN && budget().take(owner()) == null ? make(run, true) : null;
  }

  private SocketBudget budget() {
    return instance.function().runtime().sockets();
  }

  private String owner() {
    return instance.function().bundle().owner();
  }

  private GuestSocket make(Run run, boolean client) {
    var socket = new GuestSocket(++last, instance, run, client);
    open.put(last, socket);
    return socket;
  }

  @Nullable GuestSocket get(int number) {
    return open.get(number);
  }

  /**
   * The client of {@code run} has gone.
   *
   * @return whether that has a WebSocket, which ends the response once the guest has heard of it
   */
  boolean clientLeft(Run run) {
    for (GuestSocket socket : open.values()) {
      if (run.bodies().isResponse(socket.output())) {
        socket.peerLeft();
        return true;
      }
    }
    return false;
  }

  void remove(int number) {
    open.remove(number);
  }

  /** Begins to close all; the guests hear of it. */
  void close(int code, String reason) {
    List.copyOf(open.values()).forEach(socket -> socket.close(code, reason));
  }

  /** Ends what belongs to {@code run}; the guest hears nothing any more. */
  void drop(Run run, int code, String why) {
    abandon(socket -> socket.run() == run, code, why);
  }

  /** Ends all; the guest is gone. */
  void clear(int code, String why) {
    abandon(_ -> true, code, why);
  }

  private void abandon(Predicate<GuestSocket> which, int code, String why) {
    if (!open.isEmpty()) {
      List.copyOf(open.values()).stream()
          .filter(which)
          .forEach(socket -> socket.abandon(code, why));
    }
  }
}
