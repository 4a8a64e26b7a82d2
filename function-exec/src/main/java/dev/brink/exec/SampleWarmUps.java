package dev.brink.exec;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has functions run with their samples, one after the other, on a thread of its own that is there
 * while there are any. Thread-safe.
 */
final class SampleWarmUps {
  private static final Logger log = LoggerFactory.getLogger(SampleWarmUps.class);

  private final GraalRuntime runtime;
  private final ThreadFactory threads;

  /** By function, its newest version: of all that are loaded one each at most. */
  private final Map<String, GraalFunction> waiting = new LinkedHashMap<>();

  private @Nullable SampleWarmUp underWay;
  private boolean running;

  SampleWarmUps(GraalRuntime runtime) {
    this(runtime, Thread.ofPlatform().daemon().name("brink-sample-warm-up").factory());
  }

  SampleWarmUps(GraalRuntime runtime, ThreadFactory threads) {
    this.runtime = runtime;
    this.threads = threads;
  }

  /** A version was loaded: it takes the place of the one before it, whose samples are over. */
  synchronized void loaded(GraalFunction function) {
    String name = nameOf(function);
    waiting.remove(name);
    SampleWarmUp before = underWay;
    if (before != null && nameOf(before.function()).equals(name)) {
      before.stop();
    }
    if (function.bundle().samples().isEmpty()) {
      return;
    }
    waiting.put(name, function);
    if (!running) {
      // Where there is no thread to be had, the next function that is loaded tries again.
      threads.newThread(this::run).start();
      running = true;
    }
  }

  private static String nameOf(GraalFunction function) {
    String name = function.bundle().name();
    int version = name.indexOf('@');
    return version < 0 ? name : name.substring(0, version);
  }

  private void run() {
    for (SampleWarmUp next = next(); next != null; next = next()) {
      try {
        next.run();
      } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
        log.error("{}: its samples could not be run", next.function().bundle().name(), e);
      }
    }
  }

  private synchronized @Nullable SampleWarmUp next() {
    Iterator<GraalFunction> all = waiting.values().iterator();
    if (runtime.closed() || !all.hasNext()) {
      waiting.clear();
      underWay = null;
      running = false;
      return null;
    }
    var next = new SampleWarmUp(runtime, all.next());
    all.remove();
    underWay = next;
    return next;
  }
}
