package dev.brink.exec;

import dev.brink.exec.crypto.CryptoArguments;
import dev.brink.exec.crypto.CryptoException;
import dev.brink.exec.crypto.CryptoTask;
import dev.brink.exec.crypto.CryptoTask.Cost;
import dev.brink.exec.crypto.KeyMaterial;
import dev.brink.exec.lane.LaneTimer;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code subtle.js} calls to have keys made and used. What is quick happens at once, the rest
 * on {@link BackgroundWork}. Within a turn only; throws nothing. Public only because the engine
 * reaches it by reflection.
 */
public final class CryptoPort {
  private static final Logger log = LoggerFactory.getLogger(CryptoPort.class);
  private static final int MAX_PENDING = 256;
  private static final long MAX_PENDING_BYTES = 64L << 20;

  private final Instance instance;
  private int pending;
  private long pendingBytes;

  /** How an operation ended: with {@code payload} and {@code detail} for {@code settle}. */
  private record Outcome(int how, @Nullable Object payload, @Nullable Object detail) {}

  CryptoPort(Instance instance) {
    this.instance = instance;
  }

  /**
   * Starts an operation; {@code op} is settled now or later.
   *
   * @param given its named arguments
   * @param data a buffer, of which part is the operation's data
   * @return {@code false} when it is not possible here, or too much is under way
   */
  @HostAccess.Export
  public boolean start(
      int op, String operation, Value given, @Nullable Value data, int offset, int length) {
    Run run = instance.current();
    var arguments = new Arguments(given, data, offset, length);
    CryptoTask task;
    try {
      task = CryptoTask.of(operation, arguments);
    } catch (CryptoException e) {
      settleNow(op, failed(e));
      return true;
    }
    if (task.cost() == Cost.QUICK || (run == null && task.cost() == Cost.MODERATE)) {
      settleNow(op, outcome(task));
      return true;
    }
    if (run == null
        || pending >= MAX_PENDING
        || pendingBytes + arguments.copied > MAX_PENDING_BYTES) {
      return false;
    }
    return new Job(op, run, task, arguments.copied).begin();
  }

  /** Of a secret, or of an RSA key's modulus. */
  @HostAccess.Export
  public int bits(Value key) {
    return key.<KeyMaterial>asHostObject().bits();
  }

  /** Of an RSA key. */
  @HostAccess.Export
  public ByteBuffer publicExponent(Value key) {
    return ByteBuffer.wrap(key.<KeyMaterial>asHostObject().publicExponent());
  }

  @HostAccess.Export
  public boolean isPrivate(Value key) {
    return key.asHostObject() instanceof KeyMaterial.Private;
  }

  private void settleNow(int op, Outcome outcome) {
    instance.guest().settle(op, outcome.how, outcome.payload, outcome.detail);
  }

  private static Outcome outcome(CryptoTask task) {
    try {
      Object result = task.work().get();
      return switch (result) {
        case byte[] bytes -> new Outcome(Guest.RESOLVED, ByteBuffer.wrap(bytes), null);
        case KeyMaterial.Pair pair ->
            new Outcome(Guest.RESOLVED, pair.publicKey(), pair.privateKey());
        default -> new Outcome(Guest.RESOLVED, result, null);
      };
    } catch (CryptoException e) {
      return failed(e);
    } catch (RuntimeException e) {
      log.error("A cryptographic operation failed", e);
      return new Outcome(Guest.FAILED, "internal error", "OperationError");
    }
  }

  /** As {@link #outcome}, on a thread where nobody else would hear of an error. */
  private static Outcome surely(CryptoTask task) {
    try {
      return outcome(task);
    } catch (Error e) {
      log.error("A cryptographic operation failed", e);
      return new Outcome(Guest.FAILED, "internal error", "OperationError");
    }
  }

  private static Outcome failed(CryptoException e) {
    return new Outcome(Guest.FAILED, e.getMessage(), e.kind().errorName());
  }

  /** An operation on another thread. */
  private final class Job {
    private final int op;
    private final Run run;
    private final CryptoTask task;
    private final long bytes;
    private @Nullable Future<?> future;
    private @Nullable LaneTimer limit;

    Job(int op, Run run, CryptoTask task, long bytes) {
      this.op = op;
      this.run = run;
      this.task = task;
      this.bytes = bytes;
    }

    boolean begin() {
      if (!instance.ops().begin(op, run, this::cancel)) {
        return false;
      }
      pending++;
      pendingBytes += bytes;
      GraalFunction function = instance.function();
      Future<?> begun = function.runtime().background().submit(function.owner(), this::work);
      if (begun == null) {
        instance.ops().cancel(op);
        return false;
      }
      future = begun;
      return true;
    }

    private void cancel() {
      release();
      if (future != null) {
        future.cancel(true);
      }
    }

    private void release() {
      pending--;
      pendingBytes -= bytes;
      if (limit != null) {
        limit.cancel();
      }
    }

    private void work() {
      if (task.cost() == Cost.SLOW) {
        instance.post(this::watch);
      }
      long start = ThreadCpu.nanos();
      Outcome outcome = surely(task);
      long cpuNanos = ThreadCpu.nanos() - start;
      instance.post(() -> done(outcome, cpuNanos));
    }

    /** Ends the run when its work goes on for longer than the processor time it has left. */
    private void watch() {
      if (instance.ops().isPending(op)) {
        long due = System.nanoTime() + run.use().cpuNanosLeft();
        limit = instance.schedule(due, this::takesTooLong);
      }
    }

    private void takesTooLong() {
      if (instance.ops().isPending(op)) {
        run.useUp();
      }
    }

    private void done(Outcome outcome, long cpuNanos) {
      if (instance.ops().isPending(op) && run.chargeElsewhere(cpuNanos)) {
        release();
        instance.ops().settle(op, outcome.how, outcome.payload, outcome.detail);
      }
    }
  }

  /** The guest's object of arguments, which {@code subtle.js} made. */
  private static final class Arguments implements CryptoArguments {
    private final Value given;
    private final @Nullable Value buffer;
    private final int offset;
    private final int length;

    /** Bytes that were taken from the guest. */
    private long copied;

    Arguments(Value given, @Nullable Value buffer, int offset, int length) {
      this.given = given;
      this.buffer = buffer;
      this.offset = offset;
      this.length = length;
    }

    @Override
    public String text(String name) {
      return given.getMember(name).asString();
    }

    @Override
    public long number(String name) {
      return given.getMember(name).asLong();
    }

    @Override
    public byte @Nullable [] bytesIf(String name) {
      Value bytes = given.getMember(name);
      return bytes == null || bytes.isNull()
          ? null
          : copy(bytes, 0, Math.toIntExact(bytes.getBufferSize()));
    }

    @Override
    public KeyMaterial key(String name) {
      return given.getMember(name).asHostObject();
    }

    @Override
    public byte[] data() {
      return buffer == null ? new byte[0] : copy(buffer, offset, length);
    }

    private byte[] copy(Value from, int start, int bytes) {
      copied += bytes;
      return GuestBytes.copy(from, start, bytes);
    }
  }
}
