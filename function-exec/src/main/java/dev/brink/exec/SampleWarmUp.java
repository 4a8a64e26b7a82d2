package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one function with its samples, by turns, until enough of it should be compiled. It does so
 * in instances of its own that reach nothing and are discarded at the end; what is compiled is the
 * function's. It runs only while the lanes have nothing else to do: a call that comes then waits
 * for the sample under way at most, which goes beside the lane when it takes long.
 */
final class SampleWarmUp {
  private static final Logger log = LoggerFactory.getLogger(SampleWarmUp.class);
  private static final String REQUEST_ID = "sample";
  private static final int MAX_CALLS = 1_000;
  private static final long MAX_CPU_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long MAX_CALL_NANOS = Duration.ofSeconds(10).toNanos();

  /** All of it, with the time in which it only waits for the lanes to be idle. */
  private static final long MAX_NANOS = Duration.ofSeconds(30).toNanos();

  /** How long samples run between two looks whether the lanes are idle. */
  private static final long ROUND_NANOS = 50_000_000;

  private static final long LOOK_AGAIN_NANOS = 100_000_000;
  private static final int MAX_SHOWN_CHARS = 500;

  private final GraalFunction function;
  private final IdleLanes idle;
  private final List<Sample> samples = new ArrayList<>();
  private final long untilNanos = System.nanoTime() + MAX_NANOS;
  private int made;
  private long cpuNanos;
  private boolean stopped;
  private LoadedFunction.@Nullable Running underWay;

  private static final class Sample {
    private final String name;
    private final SampleRequest request;
    private boolean complained;

    Sample(String name, SampleRequest request) {
      this.name = name;
      this.request = request;
    }
  }

  SampleWarmUp(GraalRuntime runtime, GraalFunction function) {
    this.function = function;
    this.idle = new IdleLanes(runtime);
    for (SampleRequest request : function.bundle().samples()) {
      samples.add(new Sample("samples[" + samples.size() + "]", request));
    }
  }

  GraalFunction function() {
    return function;
  }

  /** Ends it, soon. Any thread. */
  synchronized void stop() {
    stopped = true;
    if (underWay != null) {
      underWay.cancel();
    }
  }

  private synchronized boolean goesOn() {
    return !stopped
        && !function.closed()
        && !samples.isEmpty()
        && made < MAX_CALLS
        && cpuNanos < MAX_CPU_NANOS
        && System.nanoTime() - untilNanos < 0;
  }

  /** Takes its time, on the calling thread. */
  void run() {
    GraalFunction cutOff = function.cutOff();
    String name = function.bundle().name();
    try {
      long roundEnd = System.nanoTime();
      while (goesOn()) {
        if (System.nanoTime() - roundEnd >= 0 || !idle.now()) {
          if (!idle.look()) {
            idle.pause(LOOK_AGAIN_NANOS);
            continue;
          }
          // Modules may take longer than a call: they are evaluated apart, as when they are loaded.
          cutOff.warmUp().toCompletableFuture().join();
          roundEnd = System.nanoTime() + ROUND_NANOS;
        }
        one(cutOff, samples.get(made++ % samples.size()));
      }
      log.info("{}: run {} times with its samples, {} ms", name, made, cpuNanos / 1_000_000);
    } catch (CompletionException e) {
      // Its modules worked a moment ago, so it is closed, or there is too little of something.
      log.info("{}: not run with its samples any more: {}", name, String.valueOf(e.getCause()));
    } finally {
      cutOff.close();
    }
  }

  private void one(GraalFunction cutOff, Sample sample) {
    long wall = Math.min(MAX_CALL_NANOS, function.bundle().limits().wall().toNanos());
    var call = new WarmUpCall();
    Invocation invocation = sample.request.invocation(REQUEST_ID, System.nanoTime() + wall);
    LoadedFunction.Running running = cutOff.invoke(invocation, call);
    synchronized (this) {
      underWay = running;
      if (stopped) {
        running.cancel();
      }
    }
    try {
      call.done().join();
    } catch (CompletionException e) {
      failed(sample, e.getCause() instanceof FunctionException known ? known : null);
    } finally {
      cpuNanos += call.cpuNanos();
    }
  }

  /** What throws is run on, if only because of what it cannot reach; what meets a limit is not. */
  private synchronized void failed(Sample sample, @Nullable FunctionException failure) {
    if (stopped || failure == null || failure.code() == Code.CLOSED) {
      return;
    }
    switch (failure.code()) {
      case OWNER_BUSY, QUEUE_FULL -> stopped = true;
      case DEADLINE, SUBREQUEST_LIMIT, PENDING_LIMIT -> samples.remove(sample);
      default -> {
        if (Limit.of(failure.code()) != null) {
          samples.remove(sample);
        }
      }
    }
    if (!sample.complained) {
      sample.complained = true;
      log.warn(
          "{}: {}, {} {}: {}: {}",
          function.bundle().name(),
          sample.name,
          sample.request.method(),
          pathOf(sample.request.url()),
          failure.code(),
          shown(failure));
    }
  }

  /** Without the query, which may say what is nobody's business. */
  private static String pathOf(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  private static String shown(FunctionException failure) {
    String message = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}+", " ");
    return message.length() <= MAX_SHOWN_CHARS ? message : message.substring(0, MAX_SHOWN_CHARS);
  }
}
