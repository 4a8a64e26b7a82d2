package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.crypto.RandomBytes;
import dev.brink.exec.lane.LaneTimer;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.BodyWriter;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.Received;
import dev.brink.exec.websocket.WebSocketConnection;
import dev.brink.exec.websocket.WebSocketConnection.Closed;
import dev.brink.exec.websocket.WebSocketLimits;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One end of a WebSocket and the guest that has it. The peer's bytes are read only as fast as the
 * guest takes the messages they make, each in a turn of its own; what the guest sends waits, within
 * bounds, until it is asked for. On the lane.
 */
final class GuestSocket implements WebSocketConnection.Output, BodyWriter.Source {
  private static final int TEXT = 0;
  private static final int BINARY = 1;
  private static final int CLOSED = 2;

  /** What a frame counts for at least, so that tiny ones do not add up unnoticed. */
  private static final int MIN_COST_BYTES = 64;

  private final int number;
  private final Instance instance;
  private final Run run;
  private final boolean client;
  private final SocketBudget budget;
  private final BodyWriter writer;
  private final Queue<ByteBuf> queue = new ArrayDeque<>(0);
  private @Nullable WebSocketConnection connection;
  private @Nullable BodyReader reader;
  private @Nullable ByteBuf input;
  private @Nullable LaneTimer timer;
  private long timerNanos;
  private long lingerNanos;
  private long demand;
  private long queuedBytes;
  private long heldBytes;
  private boolean accepted;
  private boolean failing;
  private boolean ending;
  private boolean outputEnded;
  private boolean told;
  private boolean looking;
  private boolean left;
  private boolean gone;

  GuestSocket(int number, Instance instance, Run run, boolean client) {
    this.number = number;
    this.instance = instance;
    this.run = run;
    this.client = client;
    this.budget = instance.function().runtime().sockets();
    this.writer = new BodyWriter(instance::post, this);
  }

  int number() {
    return number;
  }

  Run run() {
    return run;
  }

  /** The bytes for the peer. */
  BodyWriter output() {
    return writer;
  }

  /** The handshake is done; {@code from} has the peer's bytes. */
  void open(BodyReader from) {
    long now = System.nanoTime();
    reader = from;
    connection =
        client
            ? WebSocketConnection.ofClient(
                budget.limits(), this, () -> ByteBuffer.wrap(RandomBytes.of(4)).getInt(), now)
            : WebSocketConnection.ofServer(budget.limits(), this, now);
    budget.opened();
    look();
    instance.function().opened(this);
  }

  // ---- the guest's doing

  /** The guest listens from now on. */
  void accept() {
    if (!accepted) {
      accepted = true;
      instance.post(this::read);
    }
  }

  void send(String text) {
    WebSocketConnection to = connection;
    if (to != null && to.isOpen()) {
      budget.sent();
      to.send(text);
      look();
    }
  }

  void send(byte[] data) {
    WebSocketConnection to = connection;
    if (to != null && to.isOpen()) {
      budget.sent();
      to.send(data);
      look();
    }
  }

  void close(int code, String reason) {
    WebSocketConnection to = connection;
    if (to != null) {
      to.close(code, reason, System.nanoTime());
      accept();
      look();
    }
  }

  /** Closes after what the guest sends in this turn. */
  void closeAfterTurn(int code, String reason) {
    instance.post(() -> close(code, reason));
  }

  /** Bytes that wait to be sent. */
  long queuedBytes() {
    return queuedBytes;
  }

  // ---- the peer's bytes

  private void read() {
    BodyReader from = reader;
    WebSocketConnection to = connection;
    if (from == null || to == null) {
      return;
    }
    while (!gone && to.closed() == null) {
      // Read before the bytes: those that came before the end are then seen.
      boolean finished = from.finished();
      ByteBuf bytes = input == null ? from.poll() : input;
      if (bytes == null) {
        if (finished || left) {
          to.lost();
        } else {
          from.await(this::read);
          return;
        }
      } else {
        Received.Message message = to.receive(bytes, System.nanoTime());
        keep(bytes);
        account();
        if (message != null) {
          deliver(message);
          instance.post(this::read);
          return;
        }
      }
    }
    look();
  }

  private void keep(ByteBuf bytes) {
    if (bytes.isReadable() && !gone) {
      input = bytes;
    } else {
      input = null;
      bytes.release();
    }
  }

  private void deliver(Received.Message message) {
    budget.received();
    run.use().renew();
    switch (message) {
      case Received.Text text -> enter(TEXT, text.data(), 0, null);
      case Received.Binary binary -> enter(BINARY, ByteBuffer.wrap(binary.data()), 0, null);
    }
    look();
  }

  private void enter(int kind, Object payload, int code, @Nullable String error) {
    instance.enter(run, () -> instance.guest().socket(number, kind, payload, code, error));
  }

  // ---- bytes for the peer

  @Override
  public void send(ByteBuf frame) {
    if (outputEnded) {
      frame.release();
      return;
    }
    queue.add(frame);
    queuedBytes += cost(frame);
    flush();
    if (!failing && queuedBytes > budget.limits().queuedBytes()) {
      dropQueue();
      failed(CloseCode.POLICY, "more waits to be sent than may");
    }
    account();
  }

  private static int cost(ByteBuf frame) {
    return Math.max(frame.readableBytes(), MIN_COST_BYTES);
  }

  private void failed(int code, String why) {
    failing = true;
    if (connection != null) {
      connection.fail(code, why);
    }
  }

  @Override
  public void end() {
    ending = true;
    lingerNanos = System.nanoTime() + WebSocketLimits.CLOSING.toNanos();
    flush();
  }

  @Override
  public void pull(long more) {
    demand += more;
    flush();
    account();
    look();
  }

  /** Nobody takes what is sent. */
  @Override
  public void cancelled() {
    outputEnded = true;
    dropQueue();
    if (accepted) {
      // What the peer has said before, such as its close, is read first; its end follows.
      instance.post(this::read);
    } else if (connection != null) {
      connection.lost();
    }
    account();
    look();
  }

  /**
   * The client that asked for it has gone. The guest hears what that said before, and then of the
   * end, now or soon; the response ends with that.
   */
  void peerLeft() {
    if (gone || left) {
      return;
    }
    left = true;
    outputEnded = true;
    dropQueue();
    writer.fail(GraalRuntime.cancelledException());
    if (accepted) {
      read();
    } else if (connection != null) {
      connection.lost();
    }
    account();
    look();
  }

  private void flush() {
    for (ByteBuf next; demand > 0 && (next = queue.poll()) != null; ) {
      demand--;
      queuedBytes -= cost(next);
      writer.write(next);
    }
    if (ending && queue.isEmpty() && !outputEnded) {
      outputEnded = true;
      writer.end();
    }
  }

  private void dropQueue() {
    for (ByteBuf next; (next = queue.poll()) != null; ) {
      next.release();
    }
    queuedBytes = 0;
  }

  /** Tells the budget what is held now. */
  private void account() {
    long now = gone || connection == null ? 0 : queuedBytes + connection.heldBytes();
    long more = now - heldBytes;
    heldBytes = now;
    if (more != 0 && !budget.hold(more) && !failing) {
      failed(CloseCode.TRY_AGAIN_LATER, "the node's WebSockets hold too much");
    }
  }

  // ---- what comes of it

  /** Sees what has changed, once no guest runs. */
  private void look() {
    if (gone || looking) {
      return;
    }
    if (instance.current() != null) {
      looking = true;
      instance.post(this::lookNow);
    } else {
      lookNow();
    }
  }

  private void lookNow() {
    looking = false;
    Closed how = connection == null ? null : connection.closed();
    if (how != null && !told && !gone) {
      told = true;
      if (!how.clean()) {
        budget.failed();
      }
      enter(CLOSED, how.reason(), how.code(), how.error());
    }
    if (gone) {
      return;
    }
    if (told && outputEnded) {
      leave();
      if (run.bodies().isResponse(writer)) {
        run.bodies().responseEnded(null);
        run.outliveNoMore();
        run.finishIfDone();
      }
    } else {
      arm();
    }
  }

  /** A timer that comes too early looks again. */
  private void arm() {
    WebSocketConnection of = connection;
    if (of == null) {
      return;
    }
    long due = told ? lingerNanos : of.dueNanos();
    if (timer == null || due - timerNanos < 0) {
      if (timer != null) {
        timer.cancel();
      }
      timerNanos = due;
      timer = instance.schedule(due, this::due);
    }
  }

  private void due() {
    timer = null;
    long now = System.nanoTime();
    if (told && now - lingerNanos >= 0) {
      outputEnded = true;
      dropQueue();
      writer.fail(new FunctionException(Code.CANCELLED, "the peer takes nothing more", null));
    } else if (connection != null) {
      connection.tick(now);
    }
    look();
  }

  /** The invocation ends: so does the socket, and nobody is told but the peer. */
  void abandon(int code, String why) {
    if (gone) {
      return;
    }
    told = true;
    failed(code, why);
    if (!outputEnded) {
      outputEnded = true;
      dropQueue();
      writer.fail(new FunctionException(Code.CANCELLED, "the invocation has ended", null));
    }
    leave();
  }

  private void leave() {
    gone = true;
    if (timer != null) {
      timer.cancel();
    }
    if (reader != null) {
      reader.cancel();
    }
    if (input != null) {
      input.release();
      input = null;
    }
    account();
    budget.giveBack(instance.function().bundle().owner());
    instance.sockets().remove(number);
  }
}
