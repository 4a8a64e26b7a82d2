package dev.brink.exec;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.HostBinding;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code binding.js} calls: the properties of {@code env} that the host answers for. Within a
 * turn only; throws nothing. Public only because the engine reaches it by reflection.
 */
public final class BindingsPort {
  private static final int REFUSED = -1;
  private static final int TOO_LONG = -2;

  private final Instance instance;
  private final List<String> names;

  /** Those of {@code env} in the order of their names, then that of {@code caches}, if any. */
  private final List<HostBinding> bindings = new ArrayList<>();

  BindingsPort(Instance instance) {
    this.instance = instance;
    FunctionBundle bundle = instance.function().bundle();
    this.names = List.copyOf(bundle.bindings().keySet());
    names.forEach(name -> bindings.add(bundle.bindings().get(name)));
    if (bundle.caches() != null) {
      bindings.add(bundle.caches());
    }
  }

  /** How many are properties of {@code env}. */
  @HostAccess.Export
  public int count() {
    return names.size();
  }

  @HostAccess.Export
  public String name(int index) {
    return names.get(index);
  }

  /** The index of what answers for {@code caches}; -1: nothing does. */
  @HostAccess.Export
  public int caches() {
    return bindings.size() > names.size() ? names.size() : -1;
  }

  /** The script that makes the property. */
  @HostAccess.Export
  public String face(int index) {
    return bindings.get(index).face().script();
  }

  /** JSON that the script gets. */
  @HostAccess.Export
  public String shape(int index) {
    return bindings.get(index).shape();
  }

  /**
   * Starts a call; the arguments after {@code text} are as in {@link OpsPort#fetch}.
   *
   * @param text whether a reply's bytes are wanted as a string
   * @return the number to write a stream by, 0 without one; -1 when refused, -2 when {@code json}
   *     is too long
   */
  @HostAccess.Export
  public int call(
      int op,
      int index,
      String method,
      String json,
      boolean text,
      int kind,
      @Nullable Value data,
      int offset,
      int length) {
    Run run = instance.current();
    if (run == null || run.ended()) {
      return REFUSED;
    }
    if (json.length() > BindingCall.MAX_ARGUMENT_CHARS) {
      return TOO_LONG;
    }
    if (!run.use().takeSubrequest()) {
      return REFUSED;
    }
    var outcome = new BoundCall(instance, run, op, text);
    if (!instance.ops().begin(op, run, outcome::abandon)) {
      return REFUSED;
    }
    int writer = kind == GuestBody.STREAM ? instance.bodies().write(run, false) : 0;
    Flow.@Nullable Publisher<ByteBuf> body =
        GuestBody.publisher(instance, kind, data, offset, length, writer);
    outcome.start(
        bindings.get(index),
        new BindingCall(
            method,
            json,
            body,
            instance.function().bundle().name(),
            run.requestId(),
            run.use().endNanos()));
    return writer;
  }
}
