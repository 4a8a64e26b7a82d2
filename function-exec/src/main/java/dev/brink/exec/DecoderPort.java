package dev.brink.exec;

import dev.brink.exec.encoding.TextDecoding;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code encoding.js} holds of one decoder. Within a turn only; throws nothing. Public only
 * because the engine reaches it by reflection.
 */
public final class DecoderPort {
  private final TextDecoding decoding;

  DecoderPort(TextDecoding decoding) {
    this.decoding = decoding;
  }

  /** The text of part of a buffer; {@code null} when its bytes are malformed and that is fatal. */
  @HostAccess.Export
  public @Nullable String decode(
      Value buffer, int offset, int length, boolean last, boolean fatal) {
    return decoding.decode(GuestBytes.copy(buffer, offset, length), last, fatal);
  }
}
