package dev.brink.mesh.function;

import dev.brink.exec.FunctionException;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.ScheduledEvent;
import dev.brink.exec.Timing;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.usage.UsageMeter;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers calls with functions in this JVM. */
public final class LocalExecutor implements Executor<Target.Function> {
  private static final String NOT_LOADED = "version-not-loaded";
  private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);

  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  private static final InvocationReport NOT_RUN =
      new InvocationReport(Timing.NONE, 0, 0, 0, 0, 0, 0, null);

  private final String node;
  private final Supplier<Snapshot> snapshot;
  private final UsageMeter meter;
  private final ReadTally tally;
  private final CallCounts counts;
  private final Executor<Target.Origin> origins;

  /**
   * For one node.
   *
   * @param node its id
   * @param snapshot where the loaded versions are
   * @param meter hears of each invocation's end
   * @param tally knows what invocations have read
   * @param counts hears of its begin and end
   * @param origins answers what functions pass through to them
   */
  public LocalExecutor(
      String node,
      Supplier<Snapshot> snapshot,
      UsageMeter meter,
      ReadTally tally,
      CallCounts counts,
      Executor<Target.Origin> origins) {
    this.origins = origins;
    this.tally = tally;
    this.node = node;
    this.snapshot = snapshot;
    this.meter = meter;
    this.counts = counts;
  }

  @Override
  public Running execute(Call call, Target.Function target, CallListener listener) {
    Binding.Version version = snapshot.get().versions().get(target.digest());
    LoadedFunction function = version == null ? null : version.local();
    if (function == null) {
      listener.onFailure(
          new CallFailure(
              Problem.of(
                  503,
                  NOT_LOADED,
                  target.tenant() + "/" + target.name() + " is not loaded on this node"),
              CallFailure.Reach.NOT_LOADED));
      return () -> {};
    }
    Target.Origin behind = version == null || call.body() != null ? null : version.behind();
    if (behind == null) {
      return invoke(call, target, function, listener, listener::onFailure);
    }
    var passed = new PassedCall(origins);
    passed.began(
        invoke(call, target, function, listener, _ -> passed.pass(call, behind, node, listener)));
    return passed;
  }

  private Running invoke(
      Call call,
      Target.Function target,
      LoadedFunction function,
      CallListener listener,
      Consumer<CallFailure> onPass) {
    CallCounts.Count count = counts.of(target.digest());
    count.began();
    Flow.Publisher<ByteBuf> body = call.body();
    UploadClock upload = body == null || call.upgrade() ? null : new UploadClock(body);
    var local =
        new LocalCall(
            call.requestId(), target, function, listener, onPass, count, upload, body != null);
    LoadedFunction.Running running =
        function.invoke(
            new Invocation(
                call.request(),
                call.scheme(),
                upload == null ? body : upload,
                call.clientAddress(),
                call.requestId(),
                call.deadlineNanos(),
                call.depth()),
            local);
    return running::cancel;
  }

  /** Hears how a tick has ended. */
  @FunctionalInterface
  public interface TickListener {
    /**
     * It has ended, and all that it waited for.
     *
     * @param code empty when it went well; else the stable code of what went wrong
     * @param detail what went wrong, in the function's words where they are its
     */
    void ended(String code, String detail, InvocationReport report);
  }

  /**
   * Waits, up to 5 seconds, until what invocations have used is counted. They are being ended: the
   * runtime is closed.
   */
  public void awaitEnd() {
    if (!counts.awaitNone(END_LIMIT)) {
      LOG.warn("invocations did not end within {} s: their usage is lost", END_LIMIT.toSeconds());
    }
  }

  /** Blocks until no invocation is under way, for so long at most; whether that is so. */
  public boolean awaitNone(Duration limit) {
    return counts.awaitNone(limit);
  }

  /** Has a function that is loaded here hear of a tick of its schedule. */
  public void tick(Target.Function target, ScheduledEvent event, TickListener listener) {
    Binding.Version version = snapshot.get().versions().get(target.digest());
    LoadedFunction function = version == null ? null : version.local();
    if (function == null) {
      listener.ended(NOT_LOADED, "the function is not loaded on this node", NOT_RUN);
      return;
    }
    CallCounts.Count count = counts.of(target.digest());
    count.began();
    function.invoke(event, new LocalTick(event.requestId(), target, function, count, listener));
  }

  private final class LocalTick implements InvocationListener {
    private final String requestId;
    private final Target.Function target;
    private final LoadedFunction function;
    private final CallCounts.Count count;
    private final TickListener listener;
    private volatile @Nullable FunctionException failure;

    LocalTick(
        String requestId,
        Target.Function target,
        LoadedFunction function,
        CallCounts.Count count,
        TickListener listener) {
      this.requestId = requestId;
      this.target = target;
      this.function = function;
      this.count = count;
      this.listener = listener;
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      ReferenceCountUtil.release(head);
    }

    @Override
    public void onFailure(FunctionException why, Timing timing) {
      failure = why;
      logFailure(function, requestId, why);
    }

    @Override
    public void onDone(InvocationReport report) {
      ended(target, function, requestId, count, report);
      FunctionException why = failure;
      if (why == null && report.outcome() != null) {
        why = new FunctionException(report.outcome(), "what it waited for did not end well", null);
        logFailure(function, requestId, why);
      }
      if (why == null) {
        listener.ended("", "", report);
      } else {
        String code = FunctionFailures.of(why, function.bundle().limits()).problem().code();
        listener.ended(code, String.valueOf(why.getMessage()), report);
      }
    }
  }

  private static void logFailure(
      LoadedFunction function, String requestId, FunctionException failure) {
    if (failure.code() != FunctionException.Code.CANCELLED) {
      LOG.info(
          "{} request {}: {}: {}",
          function.bundle().name(),
          requestId,
          failure.code(),
          failure.getMessage());
    }
  }

  private void ended(
      Target.Function target,
      LoadedFunction function,
      String requestId,
      CallCounts.Count count,
      InvocationReport report) {
    var _ = tally.take(function.bundle().name(), requestId);
    try {
      meter.record(target, function.bundle().limits(), report);
    } finally {
      count.ended(report.cpuNanos());
    }
  }

  private final class LocalCall implements InvocationListener {
    private final String requestId;
    private final Target.Function target;
    private final LoadedFunction function;
    private final CallListener listener;
    private final Consumer<CallFailure> onPass;
    private final CallCounts.Count count;
    private final @Nullable UploadClock upload;
    private final boolean hasBody;
    private volatile boolean streams;
    private volatile boolean answered;

    LocalCall(
        String requestId,
        Target.Function target,
        LoadedFunction function,
        CallListener listener,
        Consumer<CallFailure> onPass,
        CallCounts.Count count,
        @Nullable UploadClock upload,
        boolean hasBody) {
      this.upload = upload;
      this.hasBody = hasBody;
      this.requestId = requestId;
      this.target = target;
      this.function = function;
      this.listener = listener;
      this.onPass = onPass;
      this.count = count;
    }

    @Override
    public void onBegun() {
      if (hasBody) {
        listener.onAccepted();
      }
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      answered = true;
      streams = body != null;
      listener.onResponse(
          head,
          body,
          new CallTiming(
              node,
              timing.cold(),
              timing.queueNanos(),
              timing.coldNanos(),
              upload == null
                  ? timing.runNanos()
                  : upload.without(timing.runNanos(), System.nanoTime()),
              timing.laneNanos(),
              0,
              tally.take(function.bundle().name(), requestId)));
    }

    @Override
    public void onFailure(FunctionException failure, Timing timing) {
      var _ = tally.take(function.bundle().name(), requestId);
      logFailure(function, requestId, failure);
      CallFailure told = FunctionFailures.of(failure, function.bundle().limits());
      if (failure.passThrough()) {
        onPass.accept(told);
      } else {
        listener.onFailure(told);
      }
    }

    @Override
    public void onDone(InvocationReport report) {
      if (streams && report.outcome() == null) {
        listener.onBodyEnd(report.bytesOut());
      }
      if (answered && report.outcome() != null) {
        logFailure(
            function,
            requestId,
            new FunctionException(report.outcome(), "ended after its response had begun", null));
      }
      ended(target, function, requestId, count, report);
    }
  }
}
