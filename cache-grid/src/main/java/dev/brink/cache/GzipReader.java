package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Undoes gzip (RFC 1952), piece by piece: any number of members, each of them checked. */
final class GzipReader implements AutoCloseable {
  private static final int PIECE_BYTES = 16 * 1024;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int CHECK = 2;
  private static final int RESERVED = 0xe0;

  /** What comes next. */
  private enum Part {
    START,
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    CHECK,
    BODY,
    TRAILER
  }

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private Part part = Part.START;
  private int flags;

  /** Whether there may be more of what was read already. */
  private boolean more;

  /** Bytes of the part so far, or yet to skip; and the number they make, the lowest first. */
  private int at;

  private long number;
  private boolean first = true;

  /**
   * All of it was read.
   *
   * @throws DataFormatException when something is missing at the end
   */
  void checkEnd() throws DataFormatException {
    if (part != Part.START) {
      throw new DataFormatException("the data in gzip ended early");
    }
  }

  /**
   * Decodes some more.
   *
   * @param in read as far as needed
   * @return what it turned into, of at most 16 KiB; {@code null} when it takes more input to tell
   * @throws DataFormatException when it is not gzip, or not what was written
   */
  @Nullable ByteBuf read(ByteBuf in) throws DataFormatException {
    while (in.isReadable() || more) {
      if (part == Part.BODY) {
        ByteBuf piece = inflate(in);
        if (piece != null) {
          return piece;
        }
      } else {
        read(in.readUnsignedByte());
      }
    }
    return null;
  }

  private @Nullable ByteBuf inflate(ByteBuf in) throws DataFormatException {
    long before = inflater.getBytesRead();
    inflater.setInput(in.nioBuffer());
    ByteBuf piece = ByteBufAllocator.DEFAULT.heapBuffer(PIECE_BYTES, PIECE_BYTES);
    try {
      ByteBuffer room = piece.nioBuffer(0, PIECE_BYTES);
      int size = inflater.inflate(room);
      in.skipBytes((int) (inflater.getBytesRead() - before));
      crc.update(piece.nioBuffer(0, size));
      more = size == PIECE_BYTES && !inflater.finished();
      if (inflater.finished()) {
        begin(Part.TRAILER);
      } else if (size == 0 && inflater.needsDictionary()) {
        throw new DataFormatException("the data needs a dictionary");
      }
      return size == 0 ? null : piece.writerIndex(size).retain();
    } finally {
      piece.release();
    }
  }

  private void begin(Part next) {
    part = next;
    at = 0;
    number = 0;
  }

  private void read(int value) throws DataFormatException {
    switch (part) {
      case START, FIXED -> fixed(value);
      case EXTRA_LENGTH -> {
        if (collected(value, 2)) {
          int length = (int) number;
          begin(length == 0 ? after(Part.EXTRA) : Part.EXTRA);
          at = length;
        }
      }
      case EXTRA -> {
        if (--at == 0) {
          begin(after(Part.EXTRA));
        }
      }
      case NAME, COMMENT -> {
        if (value == 0) {
          begin(after(part));
        }
      }
      case CHECK -> {
        if (++at == 2) {
          begin(Part.BODY);
        }
      }
      case TRAILER -> {
        if (collected(value, 8)) {
          check();
        }
      }
      case BODY -> throw new IllegalStateException();
    }
  }

  private boolean collected(int value, int bytes) {
    number |= (long) value << (8 * at);
    return ++at == bytes;
  }

  private void fixed(int value) throws DataFormatException {
    if (part == Part.START && value == 0 && !first) {
      // Some pad what they have compressed with zeros, and all decoders take it.
      return;
    }
    part = Part.FIXED;
    boolean expected =
        switch (at) {
          case 0 -> value == 0x1f;
          case 1 -> value == 0x8b;
          case 2 -> value == 8;
          case 3 -> (value & RESERVED) == 0;
          default -> true;
        };
    if (!expected) {
      throw new DataFormatException("the data is not gzip");
    }
    if (at == 3) {
      flags = value;
    }
    if (++at == 10) {
      begin((flags & EXTRA) == 0 ? after(Part.EXTRA) : Part.EXTRA_LENGTH);
    }
  }

  /** The first part after this one that there is. */
  private Part after(Part done) {
    if (done.compareTo(Part.NAME) < 0 && (flags & NAME) != 0) {
      return Part.NAME;
    }
    if (done.compareTo(Part.COMMENT) < 0 && (flags & COMMENT) != 0) {
      return Part.COMMENT;
    }
    return (flags & CHECK) == 0 ? Part.BODY : Part.CHECK;
  }

  private void check() throws DataFormatException {
    long expected = crc.getValue() | (inflater.getBytesWritten() & 0xffff_ffffL) << 32;
    if (number != expected) {
      throw new DataFormatException("the data is not what was compressed");
    }
    inflater.reset();
    crc.reset();
    first = false;
    begin(Part.START);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
