package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value: in one piece when it is small, or read chunk by chunk. Either can be asked
 * for as the other.
 */
public final class KeyValueEntry {
  private final KeyInfo info;
  private final byte @Nullable [] whole;
  private final Flow.Publisher<ByteBuf> stream;

  KeyValueEntry(KeyInfo info, byte @Nullable [] whole, Flow.Publisher<ByteBuf> stream) {
    this.info = info;
    this.whole = whole;
    this.stream = stream;
  }

  /** The same whole value for one more, whose stream is its own. */
  KeyValueEntry again() {
    return new KeyValueEntry(info, value(), BlobStream.of(value()));
  }

  /** The key, version, metadata and expiry. */
  public KeyInfo info() {
    return info;
  }

  /** The version, for {@link KeyValue#compareAndSet}. */
  public Stamp version() {
    return info.version();
  }

  /** Whether the whole value is here. */
  public boolean isWhole() {
    return whole != null;
  }

  /**
   * The whole value, which nobody may change: it is shared.
   *
   * @throws IllegalStateException when the entry was opened as a stream and is not whole
   */
  public byte[] value() {
    byte[] bytes = whole;
    if (bytes == null) {
      throw new IllegalStateException("value: a stream (expected: an entry read by get)");
    }
    return requireNonNull(bytes);
  }

  /** The whole value as UTF-8 text. */
  public String text() {
    return new String(value(), StandardCharsets.UTF_8);
  }

  /**
   * The value as buffers, at most 256 KiB each, for one subscriber, who owns them. It ends with a
   * {@link GridException} when the value was replaced and its chunks are gone: {@value
   * KeyValue#READ_SECONDS} seconds after that at the earliest.
   */
  public Flow.Publisher<ByteBuf> stream() {
    return stream;
  }

  @Override
  public String toString() {
    return info.toString();
  }
}
