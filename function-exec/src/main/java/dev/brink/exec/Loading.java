package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.Watched;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an instance of a function ahead of any invocation; the first one tells whether its modules
 * work.
 */
final class Loading implements Watched {
  private static final Logger log = LoggerFactory.getLogger(Loading.class);
  static final long MAX_CPU_NANOS = Duration.ofSeconds(2).toNanos();

  private final GraalFunction function;
  private final Lane lane;
  private final CompletableFuture<LoadedFunction> loaded;
  private final TurnMemory memory;

  /** The limit that it met first, which is the one that counts. */
  private final AtomicReference<@Nullable Limit> met = new AtomicReference<>();

  private volatile @Nullable Instance instance;

  /** On a lane. */
  Loading(GraalFunction function, Lane lane, CompletableFuture<LoadedFunction> loaded) {
    this.function = function;
    this.lane = lane;
    this.loaded = loaded;
    this.memory = new TurnMemory(function.bundle().limits());
  }

  void start() {
    try {
      begin();
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      log.error("Making an instance of {} failed", function.bundle().name(), e);
      fail(FunctionException.passing(Code.MODULE_ERROR, "internal error"));
    }
  }

  private void begin() {
    long start = System.nanoTime();
    if (function.closed()) {
      fail(GraalRuntime.closedException());
      return;
    }
    var made = new Instance(function, lane);
    instance = made;
    FunctionException failure = made.prepare(this);
    if (failure != null) {
      fail(failure);
      return;
    }
    if (function.closed()) {
      made.closeIfIdle();
      fail(GraalRuntime.closedException());
      return;
    }
    long nanos = System.nanoTime() - start - lane.lastSharedNanos();
    function.loaded(nanos, lane.lastAllocatedBytes());
    loaded.complete(function);
  }

  @Override
  public @Nullable BooleanSupplier over(long cpuNanos, long allocatedBytes, long nowNanos) {
    Instance made = instance;
    FunctionLimits limits = function.bundle().limits();
    if (made == null) {
      return null;
    }
    if (cpuNanos > Math.max(MAX_CPU_NANOS, limits.cpu().toNanos())) {
      return () -> {
        countOnce(Limit.START_UP);
        return made.end(
            FunctionException.passing(
                Code.START_UP_LIMIT, "its modules ran too long while loading"),
            this);
      };
    }
    if (memory.over(allocatedBytes)) {
      return () -> {
        countOnce(Limit.MEMORY);
        return made.end(
            FunctionException.passing(
                Code.MEMORY_LIMIT, "its modules use too much memory while loading"),
            this);
      };
    }
    return null;
  }

  @Override
  public void abandoned(Lane on) {
    Instance made = instance;
    if (made != null) {
      made.abandon();
    }
    countOnce(Limit.START_UP);
    Code code = met.get() == Limit.MEMORY ? Code.MEMORY_LIMIT : Code.START_UP_LIMIT;
    // Every further try could cost a lane: this does not pass.
    fail(new FunctionException(code, "its modules could not be stopped while loading", null));
  }

  private void fail(FunctionException failure) {
    loaded.completeExceptionally(failure);
  }

  private void countOnce(Limit limit) {
    if (met.compareAndSet(null, limit)) {
      function.outside().limitCounts().met(limit);
    }
  }
}
