package dev.brink.exec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the guests of an instance wait for: timers, reads, requests. On the lane. */
final class Ops {
  private final Instance instance;
  private final Map<Integer, Op> pending = new HashMap<>();

  /**
   * @param kind whether it has one of the places of what its run may wait for, and for what
   */
  private record Op(Run run, @Nullable Runnable cancel, Kind kind) {
    boolean counted() {
      return kind != Kind.ATTACHED;
    }
  }

  private enum Kind {
    WORK,
    TIMER,
    ATTACHED
  }

  Ops(Instance instance) {
    this.instance = instance;
  }

  /**
   * Registers operation {@code id} of the current invocation.
   *
   * @return {@code false} when there is no invocation or it has too many
   */
  boolean begin(int id, Run run, @Nullable Runnable cancel) {
    return begin(id, new Op(run, cancel, Kind.WORK));
  }

  /** As {@link #begin}, of what only time settles. */
  boolean beginTimer(int id, Run run, Runnable cancel) {
    return begin(id, new Op(run, cancel, Kind.TIMER));
  }

  private boolean begin(int id, Op op) {
    if (op.run.ended() || !op.run.use().takePending()) {
      return false;
    }
    pending.put(id, op);
    return true;
  }

  /** Registers an operation that nobody waits for: it is dropped with its run, and only that. */
  void attach(int id, Run run) {
    pending.put(id, new Op(run, null, Kind.ATTACHED));
  }

  boolean isPending(int id) {
    return pending.containsKey(id);
  }

  /** Enters the guest with the outcome, unless the operation is gone. */
  void settle(int id, int how, @Nullable Object payload) {
    settle(id, how, payload, null);
  }

  void settle(int id, int how, @Nullable Object payload, @Nullable Object detail) {
    Op op = remove(id);
    if (op != null) {
      instance.enter(op.run, () -> instance.guest().settle(id, how, payload, detail));
    }
  }

  /** The guest no longer wants it. */
  void cancel(int id) {
    Op op = remove(id);
    if (op != null && op.cancel != null) {
      op.cancel.run();
    }
  }

  /** Whether {@code run} waits for anything but timers. */
  boolean work(Run run) {
    return run.use().pending() > 0
        && pending.values().stream().anyMatch(op -> op.run == run && op.kind == Kind.WORK);
  }

  /** Forgets what {@code run} waits for, on both sides. */
  void drop(Run run) {
    if (run.use().pending() == 0 && !run.bodies().heeded()) {
      return;
    }
    List<Integer> ids = new ArrayList<>();
    pending.forEach(
        (id, op) -> {
          if (op.run == run) {
            ids.add(id);
          }
        });
    if (ids.isEmpty()) {
      return;
    }
    run.use().windUp();
    ids.forEach(this::cancel);
    instance.enter(run, () -> ids.forEach(id -> instance.guest().settle(id, Guest.DROPPED, null)));
  }

  /** Cancels everything; the guest is gone. */
  void clear() {
    List.copyOf(pending.keySet()).forEach(this::cancel);
  }

  private @Nullable Op remove(int id) {
    Op op = pending.remove(id);
    if (op != null && op.counted()) {
      op.run.use().givePending();
    }
    return op;
  }
}
