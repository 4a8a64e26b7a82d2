package dev.brink.exec;

import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/** The functions of {@code core.js} in one context. Call them within a turn only. */
final class Guest {
  /** How a pending operation ends: see {@code settle} in core.js. */
  static final int RESOLVED = 0;

  static final int TYPE_ERROR = 1;
  static final int RANGE_ERROR = 2;
  static final int ABORTED = 3;
  static final int DROPPED = 4;

  /** The payload is a message; what the detail is depends on the operation. */
  static final int FAILED = 5;

  private final Value bind;
  private final Value dispatch;
  private final Value settle;
  private final Value pull;
  private final Value stop;
  private final Value schedule;
  private final Value socket;
  private final Value shown;

  private Guest(Value functions) {
    bind = functions.getArrayElement(0);
    dispatch = functions.getArrayElement(1);
    settle = functions.getArrayElement(2);
    pull = functions.getArrayElement(3);
    stop = functions.getArrayElement(4);
    schedule = functions.getArrayElement(5);
    socket = functions.getArrayElement(6);
    shown = functions.getArrayElement(7);
  }

  static Guest start(Instance instance, GuestContext context) {
    Value core = context.eval(GuestSource.of("core"));
    return new Guest(
        core.execute(
            new HostPort(instance),
            new OpsPort(instance),
            new BodiesPort(instance),
            new BindingsPort(instance),
            context.eval(WebGlobals.ACCESSORS)));
  }

  /** Takes the handler from the main module. Returns what is wrong with it. */
  @Nullable String bind(Value main) {
    Value problem = bind.execute(main);
    return problem.isNull() ? null : problem.asString();
  }

  /**
   * @param normal whether {@code url} is known to be in its serialized form
   */
  void dispatch(RunPort port, String method, String url, boolean normal, boolean hasBody) {
    dispatch.executeVoid(port, method, url, normal, hasBody);
  }

  void schedule(RunPort port, double scheduledMillis, String cron) {
    schedule.executeVoid(port, scheduledMillis, cron);
  }

  /** What a WebSocket has to tell: see {@code heard} in websocket.js. */
  void socket(int number, int kind, Object payload, int code, @Nullable String error) {
    socket.executeVoid(number, kind, payload, code, error);
  }

  void settle(int op, int how, @Nullable Object payload) {
    settle.executeVoid(op, how, payload);
  }

  void settle(int op, int how, @Nullable Object payload, @Nullable Object detail) {
    settle.executeVoid(op, how, payload, detail);
  }

  void pull(int writer, double more) {
    pull.executeVoid(writer, more);
  }

  /**
   * What a turn ended with.
   *
   * @param end the error, or what ended the guest while it said what the error is
   * @param text the error with its causes, as the console shows it; empty: it has not said
   */
  record Shown(PolyglotException end, String text) {}

  /** Has the guest say what an error is. */
  Shown shown(PolyglotException error) {
    Value thrown = error.getGuestObject();
    try {
      return new Shown(error, thrown == null ? "" : shown.execute(thrown).asString());
    } catch (PolyglotException e) {
      return new Shown(e, "");
    }
  }

  void stop(int writer) {
    stop.executeVoid(writer);
  }
}
