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
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers calls with functions in this JVM. */
public final class LocalExecutor implements Executor<Target.Function> {
  private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);

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
                  "version-not-loaded",
                  target.tenant() + "/" + target.name() + " is not loaded on this node"),
              CallFailure.Reach.NOT_STARTED));
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
    LocalCall local = begin(call.requestId(), target, function, listener, onPass);
    LoadedFunction.Running running =
        function.invoke(
            new Invocation(
                call.request(), call.scheme(), call.body(), call.requestId(), call.deadlineNanos()),
            local);
    if (call.body() != null && !local.failed) {
      listener.onAccepted();
    }
    return running::cancel;
  }

  /**
   * Has a function that is loaded here hear of a tick of its schedule.
   *
   * @param onFailure runs when the handler fails, or when the version is not loaded any more
   */
  public void tick(Target.Function target, ScheduledEvent event, Runnable onFailure) {
    Binding.Version version = snapshot.get().versions().get(target.digest());
    LoadedFunction function = version == null ? null : version.local();
    if (function == null) {
      onFailure.run();
      return;
    }
    var ticked = new Ticked(onFailure);
    function.invoke(event, begin(event.requestId(), target, function, ticked, ticked::onFailure));
  }

  private LocalCall begin(
      String requestId,
      Target.Function target,
      LoadedFunction function,
      CallListener listener,
      Consumer<CallFailure> onPass) {
    CallCounts.Count count = counts.of(target.digest());
    count.began();
    return new LocalCall(requestId, target, function, listener, onPass, count);
  }

  private record Ticked(Runnable onFailure) implements CallListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      ReferenceCountUtil.release(head);
    }

    @Override
    public void onFailure(CallFailure failure) {
      onFailure.run();
    }
  }

  private final class LocalCall implements InvocationListener {
    private final String requestId;
    private final Target.Function target;
    private final LoadedFunction function;
    private final CallListener listener;
    private final Consumer<CallFailure> onPass;
    private final CallCounts.Count count;
    private volatile boolean failed;

    LocalCall(
        String requestId,
        Target.Function target,
        LoadedFunction function,
        CallListener listener,
        Consumer<CallFailure> onPass,
        CallCounts.Count count) {
      this.requestId = requestId;
      this.target = target;
      this.function = function;
      this.listener = listener;
      this.onPass = onPass;
      this.count = count;
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      listener.onResponse(
          head,
          body,
          new CallTiming(
              node,
              timing.cold(),
              timing.queueNanos(),
              timing.coldNanos(),
              timing.runNanos(),
              0,
              tally.take(function.bundle().name(), requestId)));
    }

    @Override
    public void onFailure(FunctionException failure, Timing timing) {
      failed = true;
      var _ = tally.take(function.bundle().name(), requestId);
      if (failure.code() != FunctionException.Code.CANCELLED) {
        LOG.info(
            "{} request {}: {}: {}",
            function.bundle().name(),
            requestId,
            failure.code(),
            failure.getMessage());
      }
      CallFailure told = FunctionFailures.of(failure, function.bundle().limits());
      if (failure.passThrough()) {
        onPass.accept(told);
      } else {
        listener.onFailure(told);
      }
    }

    @Override
    public void onDone(InvocationReport report) {
      var _ = tally.take(function.bundle().name(), requestId);
      count.ended(report.cpuNanos());
      meter.record(target, function.bundle().limits(), report);
    }
  }
}
