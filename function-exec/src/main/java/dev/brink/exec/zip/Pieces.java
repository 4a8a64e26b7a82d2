package dev.brink.exec.zip;

import java.nio.ByteBuffer;

/** Moves bytes to and from native buffers. */
final class Pieces {
  private Pieces() {}

  /** The next bytes of {@code from}, at most {@link ByteCodec#PIECE_BYTES}. */
  static byte[] of(ByteBuffer from) {
    byte[] piece = new byte[Math.min(from.remaining(), ByteCodec.PIECE_BYTES)];
    from.get(piece);
    return piece;
  }

  /** Fills {@code to}, from its start; returns by how many bytes. */
  static int move(ByteBuffer from, ByteBuffer to) {
    to.clear();
    int length = Math.min(from.remaining(), to.remaining());
    to.put(from.slice(from.position(), length));
    from.position(from.position() + length);
    return length;
  }
}
