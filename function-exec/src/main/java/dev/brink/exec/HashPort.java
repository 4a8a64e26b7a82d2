package dev.brink.exec;

import dev.brink.exec.crypto.RunningHash;
import java.nio.ByteBuffer;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;

/**
 * What {@code hashes.js} holds of one hash that answers at once. Within a turn only; throws
 * nothing. Public only because the engine reaches it by reflection.
 */
public final class HashPort {
  private final RunningHash hash;

  HashPort(RunningHash hash) {
    this.hash = hash;
  }

  /** Adds part of a buffer. */
  @HostAccess.Export
  public void update(Value buffer, int offset, int length) {
    hash.update(GuestBytes.copy(buffer, offset, length));
  }

  /** The hash of all that was added. */
  @HostAccess.Export
  public ByteBuffer digest() {
    return ByteBuffer.wrap(hash.digest());
  }

  /** Another one that has the same input so far. */
  @HostAccess.Export
  public HashPort copy() {
    return new HashPort(hash.copy());
  }
}
