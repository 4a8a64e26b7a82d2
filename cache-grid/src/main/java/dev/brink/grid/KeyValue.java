package dev.brink.grid;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;

/**
 * The keys and values of one {@link Namespace}, spread over the members of the grid: each entry is
 * on two of them. Keys are 1 to {@value #MAX_KEY_BYTES} bytes of UTF-8, values up to {@value
 * #MAX_VALUE_BYTES} bytes; large ones are stored in chunks of at most 256 KiB and become visible
 * all at once or not at all.
 *
 * <p>A write whose stage has completed is on all members that hold the key and is seen by every
 * later {@linkplain ReadMode#consistent consistent} read on any node; writes to one key are in one
 * order. Writes and consistent reads need the majority of the members, see {@link Grid}. A stage
 * fails with {@link GridUnavailableException}, which says whether trying again makes sense, after
 * {@link #withTimeout} at the latest.
 *
 * <p>No write is done twice, nor does one that is interrupted and tried again undo what another has
 * written since. When members are lost a write that was done is told as done, and one that was not
 * is done then; where that cannot be told, it fails with {@link
 * GridUnavailableException#outcomeUnknown}. Who then does it again may do it twice.
 *
 * <p>Thread-safe. No method waits. Stages complete on threads that may be blocked, but not for
 * long.
 */
public interface KeyValue {
  /** How long a key may be, in UTF-8. */
  int MAX_KEY_BYTES = 512;

  /** How long a value may be: 25 MiB. */
  int MAX_VALUE_BYTES = 25 << 20;

  /** How many steps an atomic write may have. */
  int MAX_ATOMIC_STEPS = 100;

  /** How long the values of an atomic write may be together: 1 MiB. */
  int MAX_ATOMIC_BYTES = 1 << 20;

  /** How many keys a page may have. */
  int MAX_PAGE = 1000;

  /** For how long a replaced value can still be read by those who have begun to. */
  int READ_SECONDS = 30;

  /** Which namespace. */
  Namespace namespace();

  /** The same namespace with another time limit for each call; 10 ms to 10 min. Default: 5 s. */
  KeyValue withTimeout(Duration timeout);

  /**
   * Which member answers consistent reads of a key, and orders its writes, as it was known a moment
   * ago; empty while it is not known, as it is not when it is first asked for. Costs no call.
   */
  Optional<UUID> owner(String key);

  /** A whole value. Reads as {@link ReadMode#consistent}. */
  default CompletionStage<Optional<KeyValueEntry>> get(String key) {
    return get(key, ReadMode.consistent());
  }

  /** A whole value. */
  CompletionStage<Optional<KeyValueEntry>> get(String key, ReadMode mode);

  /** A value that is read as its subscriber asks for it, unless it is small. */
  default CompletionStage<Optional<KeyValueEntry>> open(String key, ReadMode mode) {
    return read(key, mode).entry();
  }

  /** The same as {@link #open}, and who answers. */
  KeyRead read(String key, ReadMode mode);

  /** Writes a value. */
  default CompletionStage<Stamp> put(String key, byte[] value) {
    return put(key, value, WriteOptions.none());
  }

  /**
   * Writes a value.
   *
   * @return its version
   */
  CompletionStage<Stamp> put(String key, byte[] value, WriteOptions options);

  /**
   * Writes a value as it arrives; nobody sees it before all of it is there. When the publisher
   * fails, or the value gets too long, nothing is written.
   *
   * @return its version; fails with {@link ValueTooLargeException} when it is longer than {@value
   *     #MAX_VALUE_BYTES} bytes
   */
  CompletionStage<Stamp> put(String key, Flow.Publisher<ByteBuf> value, WriteOptions options);

  /**
   * Takes a value as it arrives, to have it whole for {@link #compareAndSet} or {@link #atomic};
   * within the bounds of all values of the tenant that are on their way.
   *
   * @param maxBytes at most {@value #MAX_VALUE_BYTES}
   * @return fails with {@link ValueTooLargeException} when it is longer
   */
  CompletionStage<byte[]> gather(Flow.Publisher<ByteBuf> value, int maxBytes);

  /**
   * Writes a value if the key has the expected version.
   *
   * @param expected empty: no value
   * @return the new version; empty when the key had another one, and nothing was written
   */
  CompletionStage<Optional<Stamp>> compareAndSet(
      String key, Optional<Stamp> expected, byte[] value, WriteOptions options);

  /**
   * Changes a value by a function of what it is, as an entry processor does: reads it, and writes
   * what the function returns if nobody else has written meanwhile; else once more, up to 32 times.
   *
   * @param change given the value or, when there is none, nothing; returns the new value, or
   *     nothing for none; must not block, and may be called more than once, on any thread
   * @return the new version, or empty when the key has no value now; fails with what {@code change}
   *     throws, and with {@link GridUnavailableException} and {@code BUSY} when others were always
   *     first
   */
  default CompletionStage<Optional<Stamp>> update(
      String key,
      WriteOptions options,
      Function<Optional<KeyValueEntry>, Optional<byte[]>> change) {
    return new KeyValueUpdate(this, key, options, change).run();
  }

  /**
   * Removes a key.
   *
   * @return whether it had a value; false also where members were lost and it is not known which
   *     attempt removed it
   */
  CompletionStage<Boolean> delete(String key);

  /**
   * Adds to a counter: a value that is the decimal text of a 64-bit integer. A key without a value
   * counts from 0.
   *
   * @return the sum; fails with {@link NotACounterException} when the value is no integer or the
   *     sum overflows
   */
  CompletionStage<Long> increment(String key, long by, WriteOptions options);

  /**
   * Does all steps or none, in order; others see all or none of them.
   *
   * @param steps at most {@value #MAX_ATOMIC_STEPS}, one write a key
   * @return the version that all written keys have now; empty when a check failed
   */
  CompletionStage<Optional<Stamp>> atomic(List<KeyValueWrite> steps);

  /**
   * Lists keys in the order of their UTF-8 bytes. A page shows each entry as it was at some moment
   * during the call. Takes time in proportion to its size, once the members have an index of the
   * namespace: the first list, and each one where there is no room for an index, takes time in
   * proportion to the number of all entries in the grid.
   *
   * @param prefix what the keys begin with
   * @param cursor of the page before; empty for the first
   * @param limit 1 to {@value #MAX_PAGE}
   */
  CompletionStage<KeyPage> list(String prefix, Optional<String> cursor, int limit);

  /**
   * Tells of changes of keys that begin with a prefix, from any node, from soon after the call on.
   * This node is sent all changes of the namespace, once for all its watches here, each of which
   * has its own queue: at most 10,000 keys wait for a listener, beyond them changes are missed.
   *
   * @throws IllegalStateException when this node has too many watches, 1000
   */
  KeyWatch watch(String prefix, KeyListener listener);
}
